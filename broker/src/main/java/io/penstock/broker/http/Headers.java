package io.penstock.broker.http;

import io.micronaut.http.HttpRequest;
import io.penstock.broker.inference.DeadlineHeader;
import io.penstock.broker.inference.Urgency;
import io.penstock.broker.submission.IdempotentId;
import io.penstock.broker.submission.SubmissionRequest;
import io.penstock.broker.submission.WebhookChoice;
import io.penstock.schemas.models.Endpoint;
import io.penstock.schemas.trace.TraceParent;
import java.util.Optional;

/** Reads the submission out of an HTTP call. */
final class Headers {

  private Headers() {}

  static SubmissionRequest submission(HttpRequest<?> request, Endpoint endpoint, byte[] body) {
    return submission(request, endpoint, body, SubmissionRequest.REQUEST);
  }

  static SubmissionRequest submission(
      HttpRequest<?> request, Endpoint endpoint, byte[] body, String idPrefix) {
    BodyBudgetFilter.came(request, body.length);
    return new SubmissionRequest(
        Callers.of(request),
        endpoint,
        body,
        header(request, Urgency.HEADER),
        header(request, DeadlineHeader.NAME),
        header(request, IdempotentId.HEADER),
        header(request, TraceParent.HEADER),
        header(request, WebhookChoice.HEADER),
        idPrefix);
  }

  static Optional<String> header(HttpRequest<?> request, String name) {
    return Optional.ofNullable(request.getHeaders().get(name));
  }
}
