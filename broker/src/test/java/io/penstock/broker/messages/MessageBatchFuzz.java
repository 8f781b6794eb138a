package io.penstock.broker.messages;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.penstock.broker.batches.input.InputJudge;
import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.input.InputVerdict;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.fuzz.FuzzedJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Bodies that make batches of messages. What is accepted becomes a file that the judge of files
 * accepts, with as many requests; what is refused is told briefly and in words.
 */
public final class MessageBatchFuzz {

  private static final InputLimits LIMITS = new InputLimits(500_000, 20, 100_000, 10);
  private static final int LONGEST_MESSAGE = 2_000;

  private static final String GOOD =
      """
      {"requests":[
       {"custom_id":"a","params":{"model":"m","max_tokens":10,"system":"Be brief.",
        "temperature":0.5,"top_p":0.9,"stop_sequences":["x"],"stream":false,
        "metadata":{"user_id":"u"},"messages":[{"role":"user","content":"Hi"},
        {"role":"assistant","content":[{"type":"text","text":"Hello"}]},
        {"role":"user","content":[{"type":"text","text":"b"}]}]}},
       {"custom_id":"b","params":{"model":"m","max_tokens":1,
        "messages":[{"role":"user","content":"Hi"}]}}]}\
      """;

  private MessageBatchFuzz() {}

  /** One input of the fuzzer. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    boolean raw = data.consumeInt(0, 7) == 0;
    byte[] body = raw ? data.consumeRemainingAsBytes() : FuzzedJson.bytes(GOOD, data);
    ByteArrayOutputStream lines = new ByteArrayOutputStream();
    try {
      BatchBody.Accepted accepted = BatchBody.read(new ByteArrayInputStream(body), LIMITS, lines);
      InputVerdict verdict =
          InputJudge.judge(
              new ByteArrayInputStream(lines.toByteArray()), "/v1/chat/completions", LIMITS);
      assertThat(verdict)
          .isEqualTo(new InputVerdict.Accepted(accepted.requests(), accepted.model().orElse(null)));
    } catch (ApiException refused) {
      assertThat(refused.error().status()).isBetween(400, 499);
      assertThat(refused.error().message())
          .isNotBlank()
          .hasSizeLessThan(LONGEST_MESSAGE)
          .doesNotContain("com.fasterxml", "java.");
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }
}
