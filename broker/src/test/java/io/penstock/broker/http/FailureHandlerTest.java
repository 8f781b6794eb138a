package io.penstock.broker.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.penstock.broker.blobs.StoreUnavailableException;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.errors.CallerGoneException;
import io.penstock.broker.home.HomeLostException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class FailureHandlerTest {

  private static final Pattern ID = Pattern.compile("failure_[0-9a-f-]{36}");

  private final FailureHandler handler = new FailureHandler();

  @Test
  void whyAWriteFailedIsWhatIsTold() {
    for (Throwable each :
        nestings(new ApiException(ApiError.notFound("response", "resp_1")), "/v1")) {
      assertThat(handle("/v1/responses", each).code()).as("%s", each).isEqualTo(404);
    }
    for (Throwable each : nestings(new HomeLostException(3), "/v1")) {
      HttpResponse<byte[]> moved = handle("/v1/responses", each);
      assertThat(moved.code()).as("%s", each).isEqualTo(503);
      assertThat(moved.getHeaders().get("retry-after")).isEqualTo("1");
      assertThat(body(moved)).contains("is changing");
    }
  }

  @Test
  void aFailureOfKafkaIsToldAsOneThatPassesInTheShapeOfThePath() {
    RuntimeException late =
        new org.apache.kafka.common.errors.TimeoutException("timed out after 30000 ms");
    HttpResponse<byte[]> openai = handle("/v1/requests/req_1", new CompletionException(late));
    HttpResponse<byte[]> record =
        handle("/v1/files", new IOException("the log did not take the record of a file", late));
    HttpResponse<byte[]> admin = handle("/admin/models", late);

    for (HttpResponse<byte[]> each : List.of(openai, record, admin)) {
      assertThat(each.code()).isEqualTo(503);
      assertThat(each.getHeaders().get("retry-after")).isEqualTo("2");
      assertThat(body(each)).doesNotContain("30000");
    }
    assertThat(body(openai)).startsWith("{\"error\":");
    assertThat(body(admin)).contains("\"code\":\"unavailable\"");
  }

  @Test
  void aStoreThatIsAwayIsToldAsOneThatComesBack() {
    for (Throwable each : nestings(new StoreUnavailableException("no route"), "secret")) {
      HttpResponse<byte[]> away = handle("/v1/files", each);
      assertThat(away.code()).as("%s", each).isEqualTo(503);
      assertThat(away.getHeaders().get("retry-after")).isEqualTo("5");
      assertThat(body(away)).contains("The file store does not answer").doesNotContain("route");
    }
  }

  @Test
  void aThreadThatIsInterruptedBelongsToAnInstanceThatStops() {
    HttpResponse<byte[]> stopped = handle("/v1/files", new InterruptedException());
    assertThat(stopped.code()).isEqualTo(503);
    assertThat(stopped.getHeaders().get("retry-after")).isEqualTo("1");
  }

  /** Checked or not, and however deep it lies. */
  @Test
  void eachFaultOfOursHasAnIdOfItsOwnUnderWhichTheLogHasIt() {
    try (Logged log = new Logged(FailureHandler.class)) {
      for (Throwable fault :
          List.of(
              new IOException("what nobody need know"),
              new IllegalStateException("what nobody need know"),
              new Exception("what nobody need know"),
              new StackOverflowError("what nobody need know"))) {
        for (Throwable each : nestings(fault, "nobody")) {
          log.clear();
          HttpResponse<byte[]> answer = handle("/v1/files", each);
          assertThat(answer.code()).as("%s", each).isEqualTo(500);
          assertThat(answer.getHeaders().get("retry-after")).isNull();
          assertThat(body(answer)).contains("internal_error").doesNotContain("nobody");
          Matcher id = ID.matcher(body(answer));
          assertThat(id.find()).as(body(answer)).isTrue();
          assertThat(log.errors()).singleElement().asString().contains(id.group(), "GET /v1/files");
        }
      }
    }
  }

  @Test
  void aCallerThatHangsUpIsNoFaultOfOurs() {
    try (Logged log = new Logged(FailureHandler.class)) {
      CallerGoneException gone = new CallerGoneException(new IOException("reset"));
      assertThat(handle("/v1/files", gone).code()).isEqualTo(400);
      assertThat(log.errors()).isEmpty();
    }
  }

  private static List<Throwable> nestings(Throwable failure, String message) {
    return List.of(
        failure,
        new CompletionException(failure),
        new ExecutionException(new CompletionException(failure)),
        new IOException(message, failure),
        new IllegalStateException(
            message, new UncheckedIOException(new IOException(message, failure))));
  }

  private HttpResponse<byte[]> handle(String path, Throwable failure) {
    return handler.handle(HttpRequest.GET(path), failure);
  }

  private static String body(HttpResponse<byte[]> response) {
    return new String(response.body(), StandardCharsets.UTF_8);
  }
}
