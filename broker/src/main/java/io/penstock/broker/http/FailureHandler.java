package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.penstock.broker.blobs.StoreUnavailableException;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.errors.CallerGoneException;
import io.penstock.broker.following.KafkaFailures;
import io.penstock.broker.home.HomeException;
import jakarta.inject.Singleton;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers each call that ended in an exception, checked or not. What the caller did wrong is told
 * as it is. What passes by itself is 503 with the time after which to try again: Kafka or the store
 * is away, or a home moves. All else is a fault of ours: 500 with an id, under which the log has
 * the reason.
 */
@Singleton
final class FailureHandler implements ExceptionHandler<Throwable, HttpResponse<byte[]>> {

  private static final Logger LOG = LoggerFactory.getLogger(FailureHandler.class);

  private static final Duration SOON = Duration.ofSeconds(1);
  private static final Duration KAFKA_PAUSE = Duration.ofSeconds(2);
  private static final Duration STORE_PAUSE = Duration.ofSeconds(5);

  @Override
  @SuppressWarnings("rawtypes") // The interface of Micronaut has a raw type.
  public HttpResponse<byte[]> handle(HttpRequest request, Throwable failure) {
    return answer(request, failure);
  }

  static MutableHttpResponse<byte[]> answer(HttpRequest<?> request, Throwable failure) {
    ApiError error =
        refused(failure)
            .or(() -> passing(request, failure))
            .orElseGet(() -> fault(request, failure));
    return Replies.of(error, request.getPath());
  }

  /** What is told to a caller who may try again. */
  private static Optional<ApiError> passing(HttpRequest<?> request, Throwable failure) {
    if (has(failure, HomeException.class)) {
      return Optional.of(
          ApiError.unavailable(
              "The instance that serves this is changing; try again in a moment.", SOON));
    }
    if (has(failure, InterruptedException.class)) {
      return Optional.of(
          ApiError.unavailable("This instance is stopping; try again in a moment.", SOON));
    }
    if (has(failure, StoreUnavailableException.class)) {
      warn(request, failure);
      return Optional.of(
          ApiError.unavailable("The file store does not answer; try again soon.", STORE_PAUSE));
    }
    if (KafkaFailures.isOne(failure)) {
      warn(request, failure);
      return Optional.of(
          ApiError.unavailable("Kafka does not answer; try again in a moment.", KAFKA_PAUSE));
    }
    return Optional.empty();
  }

  private static Optional<ApiError> refused(Throwable failure) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      switch (each) {
        case ApiException refused -> {
          return Optional.of(refused.error());
        }
        case CallerGoneException _ -> {
          return Optional.of(
              ApiError.invalid(400, "incomplete_body", "The body ended early; send it again."));
        }
        default -> {
          // Its cause may tell.
        }
      }
    }
    return Optional.empty();
  }

  private static boolean has(Throwable failure, Class<? extends Throwable> kind) {
    for (Throwable each = failure; each != null; each = each.getCause()) {
      if (kind.isInstance(each)) {
        return true;
      }
    }
    return false;
  }

  private static void warn(HttpRequest<?> request, Throwable failure) {
    LOG.warn("{} {} could not be served", request.getMethodName(), request.getPath(), failure);
  }

  private static ApiError fault(HttpRequest<?> request, Throwable failure) {
    String id = "failure_" + UUID.randomUUID();
    LOG.error("{}: {} {} failed", id, request.getMethodName(), request.getPath(), failure);
    return ApiError.server(
        500,
        "internal_error",
        "The request could not be served. The operator finds the reason in the log, under %s."
            .formatted(id));
  }
}
