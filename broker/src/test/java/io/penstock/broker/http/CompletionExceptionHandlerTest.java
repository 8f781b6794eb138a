package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.HomeLostException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

class CompletionExceptionHandlerTest {

  private final CompletionExceptionHandler handler =
      new CompletionExceptionHandler(new ApiExceptionHandler(), new HomeExceptionHandler());

  @Test
  void whyAWriteFailedIsWhatIsTold() {
    HttpResponse<byte[]> refused =
        handle("/v1/responses", new ApiException(ApiError.notFound("response", "resp_1")));
    HttpResponse<byte[]> moved = handle("/v1/responses", new HomeLostException(3));

    assertThat(refused.code()).isEqualTo(404);
    assertThat(moved.code()).isEqualTo(503);
    assertThat(body(moved)).contains("is changing");
  }

  @Test
  void aFailureOfKafkaIsToldAsOneThatPassesInTheShapeOfThePath() {
    RuntimeException late =
        new org.apache.kafka.common.errors.TimeoutException("timed out after 30000 ms");
    HttpResponse<byte[]> openai = handle("/v1/requests/req_1", late);
    HttpResponse<byte[]> admin = handle("/admin/workers/w/drain", new CompletionException(late));
    HttpResponse<byte[]> direct =
        new UnexpectedFailures().handle(HttpRequest.GET("/admin/models"), late);

    for (HttpResponse<byte[]> each : List.of(openai, admin, direct)) {
      assertThat(each.code()).isEqualTo(503);
      assertThat(each.getHeaders().get("retry-after")).isEqualTo("2");
      assertThat(body(each)).doesNotContain("30000");
    }
    assertThat(body(openai)).startsWith("{\"error\":");
    assertThat(body(admin)).contains("\"code\":\"unavailable\"");
  }

  @Test
  void aFaultOfOursIsNotToldAsOneOfKafkaAndIsFoundInTheLog() {
    RuntimeException fault = new IllegalStateException("what nobody need know");
    HttpResponse<byte[]> inFuture = handle("/v1/requests/req_1", fault);
    HttpResponse<byte[]> direct =
        new UnexpectedFailures().handle(HttpRequest.GET("/v1/models"), fault);

    for (HttpResponse<byte[]> each : List.of(inFuture, direct)) {
      assertThat(each.code()).isEqualTo(500);
      assertThat(each.getHeaders().get("retry-after")).isNull();
      assertThat(body(each)).contains("internal_error", "failure_").doesNotContain("nobody");
    }
    assertThat(body(inFuture)).isNotEqualTo(body(direct));
  }

  private HttpResponse<byte[]> handle(String path, Throwable cause) {
    return handler.handle(HttpRequest.GET(path), new CompletionException(cause));
  }

  private static String body(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
