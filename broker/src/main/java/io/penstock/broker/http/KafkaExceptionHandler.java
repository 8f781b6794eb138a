package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.KafkaUnavailableException;
import jakarta.inject.Singleton;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A call that Kafka does not serve now is no fault of the front: the caller tries again. */
@Singleton
final class KafkaExceptionHandler
    implements ExceptionHandler<KafkaUnavailableException, HttpResponse<byte[]>> {

  private static final Logger LOG = LoggerFactory.getLogger(KafkaExceptionHandler.class);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  @Override
  @SuppressWarnings("rawtypes") // The interface of Micronaut has a raw type.
  public HttpResponse<byte[]> handle(HttpRequest request, KafkaUnavailableException exception) {
    return answer(request, exception);
  }

  static HttpResponse<byte[]> answer(HttpRequest<?> request, Throwable failure) {
    LOG.warn("{} {} could not be served", request.getMethodName(), request.getPath(), failure);
    return Replies.of(
        ApiError.unavailable("Kafka does not answer; try again in a moment.", PAUSE),
        request.getPath());
  }
}
