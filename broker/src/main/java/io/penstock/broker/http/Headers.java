package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.inference.DeadlineHeader;
import io.penstock.broker.inference.Urgency;
import io.penstock.broker.submission.Ask;
import io.penstock.broker.submission.IdempotentId;
import io.penstock.schemas.models.Endpoint;
import io.penstock.schemas.trace.TraceParent;
import java.util.Optional;

/** Reads an ask out of a call. */
final class Headers {

  private Headers() {}

  static Ask ask(HttpRequest<?> request, Endpoint endpoint, byte[] body) {
    return new Ask(
        Callers.of(request),
        endpoint,
        body,
        header(request, Urgency.HEADER),
        header(request, DeadlineHeader.NAME),
        header(request, IdempotentId.HEADER),
        header(request, TraceParent.HEADER));
  }

  static Optional<String> header(HttpRequest<?> request, String name) {
    return Optional.ofNullable(request.getHeaders().get(name));
  }
}
