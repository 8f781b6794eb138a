package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.server.exceptions.ExceptionHandler;
import io.penstock.broker.errors.ApiException;
import jakarta.inject.Singleton;

/** Answers what ends in an error of ours. */
@Singleton
final class ApiExceptionHandler implements ExceptionHandler<ApiException, HttpResponse<byte[]>> {

  @Override
  @SuppressWarnings("rawtypes") // The interface of Micronaut has a raw type.
  public HttpResponse<byte[]> handle(HttpRequest request, ApiException exception) {
    return Replies.of(exception.error(), request.getPath());
  }
}
