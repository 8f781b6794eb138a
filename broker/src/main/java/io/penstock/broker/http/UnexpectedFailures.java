package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.following.KafkaFailures;
import jakarta.inject.Singleton;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what nobody expected. Only what Kafka failed to do passes by itself; all else is a fault
 * of ours, which the log tells under an id that the caller gets.
 */
@Singleton
final class UnexpectedFailures implements ExceptionHandler<RuntimeException, HttpResponse<byte[]>> {

  private static final Logger LOG = LoggerFactory.getLogger(UnexpectedFailures.class);

  @Override
  @SuppressWarnings("rawtypes") // The interface of Micronaut has a raw type.
  public HttpResponse<byte[]> handle(HttpRequest request, RuntimeException exception) {
    return answer(request, exception);
  }

  static HttpResponse<byte[]> answer(HttpRequest<?> request, Throwable failure) {
    if (KafkaFailures.isOne(failure)) {
      return KafkaExceptionHandler.answer(request, failure);
    }
    String id = "failure_" + UUID.randomUUID();
    LOG.error("{}: {} {} failed", id, request.getMethodName(), request.getPath(), failure);
    return Replies.of(
        ApiError.server(
            500,
            "internal_error",
            "The request could not be served. The operator finds the reason in the log, under %s."
                .formatted(id)),
        request.getPath());
  }
}
