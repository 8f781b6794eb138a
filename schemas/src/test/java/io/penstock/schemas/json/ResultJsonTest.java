package io.penstock.schemas.json;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultError;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ResultJsonTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00.123456Z");

  @Test
  void anAnswersBytesStandInTheResultAsTheyAre() {
    String body = "{ \"x\":1.0,\"x\" : 1e400, \"y\":\"\\u00e9\"}";

    assertThat(json(result(body.getBytes(StandardCharsets.UTF_8)))).contains("\"body\":" + body);
  }

  @Test
  void anAnswerThatIsNoJsonIsAString() throws IOException {
    for (String body : new String[] {"", "plain", "{\"x\":", "{} {}", "\"a\" b"}) {
      JsonNode read = read(result(body.getBytes(StandardCharsets.UTF_8)));

      assertThat(read.path("body").asText()).isEqualTo(body);
    }
    assertThat(read(result(new byte[] {(byte) 0xff})).path("body").isTextual()).isTrue();
    String marked = "\uFEFF{}";
    assertThat(read(result(marked.getBytes(StandardCharsets.UTF_8))).path("body").asText())
        .isEqualTo(marked);
    assertThat(read(result("{}".getBytes(StandardCharsets.UTF_16LE))).path("body").isTextual())
        .isTrue();
  }

  @Test
  void fieldsHaveTheNamesOfTheSchemaAndAreLeftOutWhereNull() throws IOException {
    JsonNode read =
        read(
            builder()
                .setStatus(TerminalStatus.FAILED)
                .setError(new ResultError("t", "c", "a \"message\"\n", "body", true, 5L))
                .build());

    assertThat(read.path("status").asText()).isEqualTo("FAILED");
    assertThat(read.path("serviceClass").asText()).isEqualTo("BATCH");
    assertThat(read.path("acceptedAt").asText()).isEqualTo(NOW.toString());
    assertThat(read.at("/error/message").asText()).isEqualTo("a \"message\"\n");
    assertThat(read.at("/error/retryable").asBoolean()).isTrue();
    assertThat(read.has("body")).isFalse();
    assertThat(read.has("workerId")).isFalse();
  }

  private static InferenceResult result(byte[] body) {
    return builder().setBody(ByteBuffer.wrap(body)).build();
  }

  private static InferenceResult.Builder builder() {
    return InferenceResult.newBuilder()
        .setId("a")
        .setTenant("acme")
        .setEndpoint("/v1/embeddings")
        .setStatus(TerminalStatus.SUCCEEDED)
        .setStatusCode(200)
        .setServiceClass(ServiceClass.BATCH)
        .setRequestedModel("m")
        .setAttempts(1)
        .setAcceptedAt(NOW)
        .setFinishedAt(NOW);
  }

  private static String json(InferenceResult result) {
    return new String(ResultJson.write(result), StandardCharsets.UTF_8);
  }

  private static JsonNode read(InferenceResult result) throws IOException {
    return new ObjectMapper().readTree(ResultJson.write(result));
  }
}
