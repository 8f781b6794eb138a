package io.penstock.broker.batches.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.penstock.schemas.fuzz.FuzzedJson;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Input files of batches. The verdict is the same in whatever pieces the file comes; a file that is
 * accepted is read to as many requests, each under a name of its own; one that is refused is told
 * where and why, briefly, and a good line among bad ones is no fault.
 */
public final class BatchFileFuzz {

  private static final String URL = "/v1/chat/completions";
  private static final InputLimits LIMITS = new InputLimits(20_000, 20, 5_000, 10);
  private static final int LONGEST_TEXT = 500;

  private static final String LINE =
      """
      {"custom_id":"a","method":"POST","url":"/v1/chat/completions",\
      "body":{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":false}}\
      """;

  private static final List<String> ENDS = List.of("\n", "\r\n", "\n\n", "\r", " \t\n", "", "\0\n");

  private BatchFileFuzz() {}

  /** One input of the fuzzer. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    int piece = data.consumeInt(1, 100);
    byte[] file = data.consumeInt(0, 7) == 0 ? data.consumeBytes(2_000) : file(data);
    try {
      InputVerdict verdict = InputJudge.judge(new ByteArrayInputStream(file), URL, LIMITS);
      assertThat(inPieces(file, piece)).isEqualTo(verdict);
      switch (verdict) {
        case InputVerdict.Accepted(int requests, String ignored) -> accepted(file, requests);
        case InputVerdict.Refused(List<InputFault> faults) -> refused(faults);
      }
      assertThat(
              InputJudge.judge(
                  new ByteArrayInputStream(LINE.getBytes(StandardCharsets.UTF_8)), URL, LIMITS))
          .isEqualTo(new InputVerdict.Accepted(1, "m"));
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory", e);
    }
  }

  private static byte[] file(FuzzedDataProvider data) {
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    if (data.consumeInt(0, 7) == 0) {
      file.writeBytes(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF});
    }
    int lines = data.consumeInt(1, 5);
    for (int i = 0; i < lines; i++) {
      String good = LINE.replace("\"a\"", "\"a%d\"".formatted(i));
      file.writeBytes(
          data.consumeBoolean()
              ? good.getBytes(StandardCharsets.UTF_8)
              : FuzzedJson.bytes(good, data));
      file.writeBytes(data.pickValue(ENDS).getBytes(StandardCharsets.UTF_8));
    }
    return file.toByteArray();
  }

  private static InputVerdict inPieces(byte[] file, int piece) {
    InputJudge judge = new InputJudge(URL, LIMITS);
    for (int from = 0; from < file.length; from += piece) {
      byte[] bytes = Arrays.copyOfRange(file, from, Math.min(file.length, from + piece));
      Optional<InputVerdict> verdict = judge.take(bytes, bytes.length);
      if (verdict.isPresent()) {
        return verdict.get();
      }
    }
    return judge.end();
  }

  private static void accepted(byte[] file, int requests) throws IOException {
    List<String> names = new ArrayList<>();
    try (InputRequests read =
        new InputRequests(new ByteArrayInputStream(file), 0, 0, URL, LIMITS)) {
      for (Optional<InputRequest> next = read.next(); next.isPresent(); next = read.next()) {
        names.add(next.get().customId());
        assertThat(next.get().number()).isEqualTo(names.size());
      }
    }
    assertThat(names).hasSize(requests).doesNotHaveDuplicates().doesNotContainNull();
  }

  private static void refused(List<InputFault> faults) {
    assertThat(faults).isNotEmpty().hasSizeLessThanOrEqualTo(LIMITS.maxFaults() + 1);
    for (InputFault fault : faults) {
      assertThat(fault.code()).isNotBlank();
      assertThat(fault.message())
          .isNotBlank()
          .hasSizeLessThan(LONGEST_TEXT)
          .isNotEqualTo("null")
          .doesNotContain("com.fasterxml");
    }
  }
}
