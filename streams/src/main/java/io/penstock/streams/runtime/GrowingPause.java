package io.penstock.streams.runtime;

import java.time.Duration;
import java.time.Instant;

/**
 * How long to wait after a failure: twice as long after each, up to a limit. When nothing has
 * failed for the calm time, the pause starts small again. Not safe for use by several threads.
 */
final class GrowingPause {

  private final Duration first;
  private final Duration longest;
  private final Duration calm;
  private Instant lastFailure = Instant.MIN;
  private Duration next;

  GrowingPause(Duration first, Duration longest, Duration calm) {
    this.first = first;
    this.longest = longest;
    this.calm = calm;
    this.next = first;
  }

  /** The pause after a failure at this time. */
  Duration after(Instant failure) {
    if (lastFailure.equals(Instant.MIN) || failure.isAfter(lastFailure.plus(calm))) {
      next = first;
    }
    lastFailure = failure;
    Duration now = next;
    Duration twice = now.multipliedBy(2);
    next = twice.compareTo(longest) > 0 ? longest : twice;
    return now;
  }
}
