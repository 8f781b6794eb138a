package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.HomeException;
import jakarta.inject.Singleton;
import java.util.concurrent.CompletionException;

/** Whoever waits for a write fails with this; what counts is why the write failed. */
@Singleton
final class CompletionExceptionHandler
    implements ExceptionHandler<CompletionException, HttpResponse<byte[]>> {

  private final ApiExceptionHandler refused;
  private final HomeExceptionHandler moved;

  CompletionExceptionHandler(ApiExceptionHandler refused, HomeExceptionHandler moved) {
    this.refused = refused;
    this.moved = moved;
  }

  @Override
  @SuppressWarnings("rawtypes") // The interface of Micronaut has a raw type.
  public HttpResponse<byte[]> handle(HttpRequest request, CompletionException exception) {
    Throwable cause = exception;
    while (cause instanceof CompletionException && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case ApiException api -> refused.handle(request, api);
      case HomeException home -> moved.handle(request, home);
      default -> UnexpectedFailures.answer(request, cause);
    };
  }
}
