package io.penstock.broker.requests;

import io.penstock.schemas.RequestState;
import io.penstock.schemas.ServiceClass;
import java.time.Instant;
import java.util.Optional;

/**
 * What is remembered of a request.
 *
 * @param tenant whose it is
 * @param id its id
 * @param state where it is in its life
 * @param serviceClass its class, once known
 * @param model the model chosen or asked for, once known
 * @param attempts begun so far
 * @param failure why the last attempt failed, for a person
 * @param submittedAt when this instance submitted it, if it did
 * @param changedAt when it entered its state
 * @param result where its result lies, once there is one
 * @param fingerprint of what was asked under an idempotency key, if this instance submitted it
 */
public record KnownRequest(
    String tenant,
    String id,
    RequestState state,
    Optional<ServiceClass> serviceClass,
    Optional<String> model,
    int attempts,
    Optional<String> failure,
    Optional<Instant> submittedAt,
    Instant changedAt,
    Optional<ResultPlace> result,
    Optional<String> fingerprint) {

  /**
   * Where a result lies in the log.
   *
   * @param partition of results
   * @param offset in it
   */
  public record ResultPlace(int partition, long offset) {}

  public boolean isFinished() {
    return result.isPresent();
  }
}
