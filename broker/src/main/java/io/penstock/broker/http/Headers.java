package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.inference.DeadlineHeader;
import io.penstock.broker.inference.Urgency;
import io.penstock.broker.submission.Ask;
import io.penstock.broker.submission.IdempotentId;
import io.penstock.schemas.models.Endpoint;
import io.penstock.schemas.trace.TraceParent;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

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

  /** A call without a body is judged as one with an empty body. */
  static byte[] orNothing(byte @Nullable [] body) {
    return body == null ? new byte[0] : body;
  }

  static Optional<String> header(HttpRequest<?> request, String name) {
    return Optional.ofNullable(request.getHeaders().get(name));
  }
}
