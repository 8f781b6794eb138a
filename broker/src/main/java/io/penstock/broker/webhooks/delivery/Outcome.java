package io.penstock.broker.webhooks.delivery;

import java.time.Duration;
import java.util.Optional;

/** How an attempt ended. */
public sealed interface Outcome {

  /**
   * The receiver took it.
   *
   * @param status 200 to 299
   */
  record Taken(int status) implements Outcome {}

  /**
   * It is not known to have taken it.
   *
   * @param reason what happened, for the tenant
   * @param retryAfter how long the receiver asks not to be disturbed
   */
  record Failed(String reason, Optional<Duration> retryAfter) implements Outcome {

    public static Failed of(String reason) {
      return new Failed(reason, Optional.empty());
    }
  }

  /** The receiver wants nothing more, ever. */
  record Gone() implements Outcome {}

  /** Nothing was sent, for the endpoint is disabled. */
  record Disabled() implements Outcome {}

  /** Nothing was sent, for there is no such endpoint any more. */
  record Deleted() implements Outcome {}
}
