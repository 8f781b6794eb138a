package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.inference.BodyReader;
import io.penstock.broker.responses.ResponseRequestReader;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.KeySecret;
import io.penstock.broker.webhooks.endpoints.EndpointRequest;
import io.penstock.schemas.fuzz.FuzzedJson;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/**
 * The bodies of calls, as whoever may call sends them. Each is read, or refused with an error of
 * the caller's that is short and says what is wrong; the next one is read as ever.
 */
public final class BodiesFuzz {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");
  private static final int LONGEST_MESSAGE = 2_000;

  /** A kind of body: a good one, and who reads it. */
  private record Door(String good, Consumer<byte[]> reader) {}

  private static final List<Door> DOORS =
      List.of(
          new Door(
              """
              {"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true,
               "stream_options":{"include_usage":true},"max_tokens":5,"max_completion_tokens":7,
               "n":2,"service_tier":"flex","seed":1}\
              """,
              BodyReader::read),
          new Door(
              """
              {"model":"m","instructions":"Be brief.","background":false,"store":true,"stream":true,
               "stream_options":{"include_obfuscation":false},"max_output_tokens":100,
               "temperature":0.5,"top_p":0.9,"metadata":{"a":"b"},"service_tier":"default",
               "previous_response_id":"resp_1","reasoning":{"effort":"low"},
               "text":{"format":{"type":"json_schema","name":"s","schema":{"type":"object"}}},
               "tools":[{"type":"function","name":"f","parameters":{"type":"object"}}],
               "tool_choice":{"type":"function","name":"f"},"parallel_tool_calls":false,
               "input":[{"role":"user","content":[{"type":"input_text","text":"Hi"},
                 {"type":"input_image","image_url":"data:,x"}]},
                {"type":"message","role":"assistant","content":[{"type":"output_text","text":"a"}]},
                {"type":"function_call","call_id":"c","name":"f","arguments":"{}"},
                {"type":"function_call_output","call_id":"c","output":"1"}]}\
              """,
              ResponseRequestReader::read),
          new Door(
              "{\"request_id\":\"r\",\"score\":0.5,\"source\":\"ci\",\"comment\":\"wrong\"}",
              FeedbackRequest::read),
          new Door(
              """
              {"name":"n","url":"https://example.com/hook","event_types":["batch.completed"],
               "enabled":true}\
              """,
              EndpointRequest::read),
          new Door(
              """
              {"tenant":"t","name":"n","service_class":"standard","requests_per_minute":600,
               "tokens_per_minute":5,"queued_tokens":7,"expires_in":"90d"}\
              """,
              BodiesFuzz::key));

  private BodiesFuzz() {}

  /** One input of the fuzzer. */
  public static void fuzzerTestOneInput(FuzzedDataProvider data) {
    Door door = data.pickValue(DOORS);
    boolean raw = data.consumeInt(0, 7) == 0;
    byte[] body = raw ? data.consumeRemainingAsBytes() : FuzzedJson.bytes(door.good(), data);
    try {
      door.reader().accept(body);
    } catch (ApiException refused) {
      check(refused.error());
    }
    BodyReader.read(DOORS.getFirst().good().getBytes(StandardCharsets.UTF_8));
  }

  private static void check(ApiError error) {
    assertThat(error.status()).isBetween(400, 499);
    assertThat(error.message())
        .isNotBlank()
        .hasSizeLessThan(LONGEST_MESSAGE)
        .isNotEqualTo("null")
        .doesNotContain("com.fasterxml", "java.");
    assertThat(error.param().orElse("")).hasSizeLessThan(LONGEST_MESSAGE);
  }

  /** What makes a key changes it, too, but for what never changes. */
  private static void key(byte[] body) {
    ApiKey key = KeyRequest.read(body, "key_1", KeySecret.hash("secret"), NOW);
    assertThat(KeyRequest.change("{}".getBytes(StandardCharsets.UTF_8), key, NOW)).isEqualTo(key);
  }
}
