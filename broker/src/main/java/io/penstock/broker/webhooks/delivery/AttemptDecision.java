package io.penstock.broker.webhooks.delivery;

import java.time.Instant;
import java.util.Optional;

/** What becomes of a delivery after an attempt. */
sealed interface AttemptDecision {

  /** It is done with, and forgotten. */
  record Forget() implements AttemptDecision {}

  /** It is tried again. */
  record Retry(Delivery delivery) implements AttemptDecision {}

  /**
   * It is tried no more.
   *
   * @param endpointIsGone whether nothing more is to be sent to the endpoint
   */
  record GiveUp(DeadLetter deadLetter, boolean endpointIsGone) implements AttemptDecision {}

  /** Decides. */
  static AttemptDecision of(
      Delivery delivery, Outcome outcome, RetrySchedule schedule, Instant now, double random) {
    return switch (outcome) {
      case Outcome.Taken _, Outcome.Deleted() -> new Forget();
      case Outcome.Gone() -> {
        String why = "the receiver answered 410 Gone, and the endpoint was disabled";
        yield new GiveUp(new DeadLetter(delivery.failed(why, now), why, now), true);
      }
      case Outcome.Disabled() ->
          new GiveUp(new DeadLetter(delivery, "the endpoint is disabled", now), false);
      case Outcome.Failed(String reason, var retryAfter) -> {
        Optional<Instant> next =
            schedule.next(delivery.attempts() + 1, delivery.begunAt(), now, retryAfter, random);
        Delivery failed = delivery.failed(reason, next.orElse(now));
        yield next.isPresent()
            ? new Retry(failed)
            : new GiveUp(
                new DeadLetter(
                    failed,
                    "%d attempts failed; the last: %s".formatted(failed.attempts(), reason),
                    now),
                false);
      }
    };
  }
}
