package io.penstock.broker.submission;

import io.penstock.broker.tenants.Caller;
import io.penstock.schemas.models.Endpoint;
import java.util.Optional;

/**
 * What a caller asks for.
 *
 * @param caller who asks
 * @param endpoint the OpenAI path
 * @param body handed on byte for byte; the array is not copied
 * @param serviceClass the header that names the class
 * @param deadline the header that says when an answer is worthless
 * @param idempotencyKey the caller's name for this request: asked again under it, it is not run
 *     again
 * @param traceparent the W3C header that the request's trace continues
 * @param webhook the header that names a webhook endpoint of the tenant, which is told of the end
 * @param idPrefix what its id begins with
 */
public record SubmissionRequest(
    Caller caller,
    Endpoint endpoint,
    byte[] body,
    Optional<String> serviceClass,
    Optional<String> deadline,
    Optional<String> idempotencyKey,
    Optional<String> traceparent,
    Optional<String> webhook,
    String idPrefix) {

  /** What ids of requests begin with that nobody says otherwise of. */
  public static final String REQUEST = "req_";

  /** The id that follows from the idempotency key. */
  public Optional<String> namedId() {
    return idempotencyKey.map(key -> IdempotentId.of(idPrefix, caller.tenant(), key));
  }
}
