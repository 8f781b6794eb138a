package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.home.HomeException;
import jakarta.inject.Singleton;
import java.time.Duration;

/** A home that moves in the middle of a call is nobody's fault: the caller tries again. */
@Singleton
final class HomeExceptionHandler implements ExceptionHandler<HomeException, HttpResponse<byte[]>> {

  @Override
  @SuppressWarnings("rawtypes") // The interface of Micronaut has a raw type.
  public HttpResponse<byte[]> handle(HttpRequest request, HomeException exception) {
    return Replies.of(
        ApiError.unavailable(
            "The instance that serves this is changing; try again in a moment.",
            Duration.ofSeconds(1)),
        request.getPath());
  }
}
