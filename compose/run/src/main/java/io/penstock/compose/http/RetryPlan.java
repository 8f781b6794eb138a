package io.penstock.compose.http;

import java.time.Duration;
import java.util.Optional;

/**
 * When a call that may be repeated is made again.
 *
 * @param first the first pause; each further one is twice as long, up to {@code longest}
 * @param total how long it is tried, from the first call on
 */
public record RetryPlan(Duration first, Duration longest, Duration total) {

  public static final RetryPlan DEFAULT =
      new RetryPlan(Duration.ofMillis(200), Duration.ofSeconds(5), Duration.ofSeconds(60));

  private static final int MOST_DOUBLINGS = 20;

  public RetryPlan {
    if (!first.isPositive() || longest.compareTo(first) < 0 || total.isNegative()) {
      throw new IllegalArgumentException(
          "first is %s, longest %s and total %s; first must be positive and longest no shorter"
              .formatted(first, longest, total));
    }
  }

  /**
   * How long to pause before the next try; empty if there is to be none.
   *
   * @param failures how many tries have failed, from 1
   * @param elapsed since the first began
   * @param asked what the front asked for
   */
  Optional<Duration> pause(int failures, Duration elapsed, Optional<Duration> asked) {
    Duration doubled = first.multipliedBy(1L << Math.min(failures - 1, MOST_DOUBLINGS));
    Duration own = doubled.compareTo(longest) > 0 ? longest : doubled;
    Duration pause = asked.filter(length -> length.compareTo(own) > 0).orElse(own);
    return elapsed.plus(pause).compareTo(total) > 0 ? Optional.empty() : Optional.of(pause);
  }
}
