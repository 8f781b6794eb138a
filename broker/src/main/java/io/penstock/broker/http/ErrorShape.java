package io.penstock.broker.http;

import io.micronaut.context.annotation.Primary;
import io.micronaut.http.HttpHeaders;
import io.micronaut.http.HttpRequest;
import io.micronaut.http.HttpResponse;
import io.micronaut.http.MutableHttpResponse;
import io.micronaut.http.server.exceptions.response.Error;
import io.micronaut.http.server.exceptions.response.ErrorContext;
import io.micronaut.http.server.exceptions.response.ErrorResponseProcessor;
import io.penstock.broker.errors.ApiError;
import jakarta.inject.Singleton;
import java.util.stream.Collectors;

/** Gives the server's own errors, such as for unknown paths, the shape of all others. */
@Primary
@Singleton
final class ErrorShape implements ErrorResponseProcessor<byte[]> {

  @Override
  public MutableHttpResponse<byte[]> processResponse(
      ErrorContext context, MutableHttpResponse<?> base) {
    MutableHttpResponse<byte[]> shaped =
        context
            .getRootCause()
            .filter(_ -> base.code() == 500)
            .map(cause -> FailureHandler.answer(context.getRequest(), cause))
            .orElseGet(() -> Replies.of(error(context, base), context.getRequest().getPath()));
    base.getHeaders()
        .forEach(
            (name, values) -> {
              if (!name.equalsIgnoreCase(HttpHeaders.CONTENT_TYPE)
                  && !name.equalsIgnoreCase(HttpHeaders.CONTENT_LENGTH)) {
                values.forEach(value -> shaped.header(name, value));
              }
            });
    return shaped;
  }

  private static ApiError error(ErrorContext context, HttpResponse<?> base) {
    int status = base.code() >= 400 ? base.code() : 500;
    HttpRequest<?> request = context.getRequest();
    return switch (status) {
      case 404 ->
          ApiError.invalid(
              404,
              "unknown_url",
              "There is nothing at %s %s.".formatted(request.getMethodName(), request.getPath()));
      case 405 ->
          ApiError.invalid(
              405,
              "method_not_allowed",
              "%s is not allowed at %s.".formatted(request.getMethodName(), request.getPath()));
      case 413 -> ApiError.invalid(413, "request_too_large", "The body is too large; shorten it.");
      case 414, 431 -> ApiError.invalid(status, "header_too_large", "The headers are too large.");
      case 500, 501, 502 ->
          ApiError.server(status, "internal_error", "The request could not be served.");
      default -> refused(status, said(context, base));
    };
  }

  private static ApiError refused(int status, String said) {
    return said.startsWith("Required Body")
        ? ApiError.invalid(status, "invalid_json", "The body is missing; send a JSON object.")
        : ApiError.invalid(status, "invalid_request", said);
  }

  private static String said(ErrorContext context, HttpResponse<?> base) {
    String said =
        context.getErrors().stream().map(Error::getMessage).collect(Collectors.joining("; "));
    return said.isEmpty() ? base.reason() + "." : said;
  }
}
