package io.penstock.broker.webhooks.delivery;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * When a delivery that failed is tried again: after the pauses that Standard Webhooks recommends,
 * each up to a tenth longer or shorter, so that what failed together does not come back together.
 * The last attempt lies at the end of the window.
 *
 * @param window how long a delivery is tried
 */
public record RetrySchedule(Duration window) {

  private static final List<Duration> PAUSES =
      List.of(
          Duration.ofSeconds(5),
          Duration.ofMinutes(5),
          Duration.ofMinutes(30),
          Duration.ofHours(2),
          Duration.ofHours(5),
          Duration.ofHours(10));

  private static final double SPREAD = 0.1;

  /**
   * When to try again.
   *
   * @param attempts attempts made, the one that has just failed included, 1 or more
   * @param begunAt when the first one was due
   * @param retryAfter how long the receiver asks to wait
   * @param random from 0 (inclusive) to 1 (exclusive)
   * @return empty if the window has closed
   */
  public Optional<Instant> next(
      int attempts, Instant begunAt, Instant now, Optional<Duration> retryAfter, double random) {
    Instant end = begunAt.plus(window);
    if (!now.isBefore(end)) {
      return Optional.empty();
    }
    Duration usual = PAUSES.get(Math.min(attempts, PAUSES.size()) - 1);
    Duration spread =
        Duration.ofMillis(Math.round(usual.toMillis() * (1 + SPREAD * (2 * random - 1))));
    Duration pause = retryAfter.filter(asked -> asked.compareTo(spread) > 0).orElse(spread);
    Instant next = pause.compareTo(window) > 0 ? end : now.plus(pause);
    return Optional.of(next.isAfter(end) ? end : next);
  }
}
