package io.penstock.broker.batches.output;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultError;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TerminalStatus;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class OutputLinesTest {

  private static final Instant NOW = Instant.parse("2026-11-30T12:00:00Z");

  @Test
  void anAnswerKeepsItsBytes() {
    assertThat(line(succeeded("{\"n\": 1.00e+2,\"s\":\"\\u00e9é\",\"n\":2}")))
        .isEqualTo(
            "{\"id\":\"batch_req_b.7\",\"custom_id\":\"my"
                + " \\\"name\\\"\",\"response\":{\"status_code\":200,\"request_id\":\"b.7\",\"body\":{\"n\":"
                + " 1.00e+2,\"s\":\"\\u00e9é\",\"n\":2}},\"error\":null}\n");
  }

  @Test
  void anAnswerOfSeveralLinesBecomesOne() {
    assertThat(line(succeeded("{\r\n  \"a\": \"x\\ny\"\n}\n")))
        .contains("\"body\":{    \"a\": \"x\\ny\" } }")
        .containsOnlyOnce("\n")
        .endsWith("\n");
  }

  @Test
  void anAnswerThatIsNoJsonBecomesAString() {
    assertThat(line(succeeded("oops\n"))).contains("\"body\":\"oops\\n\"}");
    assertThat(line(succeeded("{\"a\":1} {"))).contains("\"body\":\"{\\\"a\\\":1} {\"}");
    assertThat(line(succeeded(""))).contains("\"body\":\"\"}");
  }

  @Test
  void anErrorOfTheEngineIsAResponse() {
    assertThat(line(failed("invalid_request_error", "context_length_exceeded", 400)))
        .isEqualTo(
            "{\"id\":\"batch_req_b.7\",\"custom_id\":\"my"
                + " \\\"name\\\"\",\"response\":{\"status_code\":400,\"request_id\":\"b.7\",\"body\":{\"error\":{\"message\":\"It"
                + " broke.\",\"type\":\"invalid_request_error\",\"param\":null,\"code\":\"context_length_exceeded\"}}},\"error\":null}\n");
  }

  @Test
  void aTimeoutIsAnErrorWithoutAResponse() {
    assertThat(line(failed("timeout_error", "engine_timeout", 504)))
        .isEqualTo(
            "{\"id\":\"batch_req_b.7\",\"custom_id\":\"my"
                + " \\\"name\\\"\",\"response\":null,\"error\":{\"code\":\"request_timeout\",\"message\":\"It"
                + " broke.\"}}\n");
  }

  @Test
  void whatWasNotRunSaysWhy() {
    assertThat(line(result(TerminalStatus.EXPIRED).build()))
        .contains(
            "\"response\":null,\"error\":{\"code\":\"batch_expired\",\"message\":\"This request"
                + " could not be executed before the completion window expired.\"}");
    assertThat(line(result(TerminalStatus.CANCELLED).build()))
        .contains("\"response\":null,\"error\":{\"code\":\"batch_cancelled\"");
    assertThat(new String(OutputLines.refused("b.7", "c", "No."), UTF_8))
        .contains("\"status_code\":400", "\"message\":\"No.\"", "\"error\":null");
  }

  private static String line(InferenceResult result) {
    return new String(OutputLines.of(result), UTF_8);
  }

  private static InferenceResult succeeded(String body) {
    return result(TerminalStatus.SUCCEEDED)
        .setStatusCode(200)
        .setBody(ByteBuffer.wrap(body.getBytes(UTF_8)))
        .build();
  }

  private static InferenceResult failed(String type, String code, int status) {
    return result(TerminalStatus.FAILED)
        .setStatusCode(status)
        .setError(
            ResultError.newBuilder()
                .setType(type)
                .setCode(code)
                .setMessage("It broke.")
                .setRetryable(false)
                .build())
        .build();
  }

  private static InferenceResult.Builder result(TerminalStatus status) {
    return InferenceResult.newBuilder()
        .setId("b.7")
        .setTenant("acme")
        .setEndpoint("/v1/completions")
        .setStatus(status)
        .setStatusCode(499)
        .setServiceClass(ServiceClass.BATCH)
        .setRequestedModel("m")
        .setAttempts(1)
        .setCustomId("my \"name\"")
        .setAcceptedAt(NOW)
        .setFinishedAt(NOW);
  }
}
