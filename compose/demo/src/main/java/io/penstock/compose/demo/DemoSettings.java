package io.penstock.compose.demo;

import java.time.Duration;

/**
 * The settings of a demo.
 *
 * @param interactivePerSecond the steady rate of interactive requests, above 0
 * @param patience a request counts as lost when nothing at all was answered for this long
 * @param stragglers how long to watch for duplicates after the last answer
 */
public record DemoSettings(double interactivePerSecond, Duration patience, Duration stragglers) {

  /** What {@code penstock demo} does unless told otherwise. */
  public static final DemoSettings DEFAULT =
      new DemoSettings(20, Duration.ofSeconds(60), Duration.ofSeconds(2));

  public DemoSettings {
    if (!(interactivePerSecond > 0 && interactivePerSecond <= 100_000)) {
      throw new IllegalArgumentException(
          "rate is %s; it must be above 0 and at most 100000".formatted(interactivePerSecond));
    }
    if (!patience.isPositive() || stragglers.isNegative()) {
      throw new IllegalArgumentException("patience must be positive, stragglers not negative");
    }
  }

  /** The time between two interactive requests. */
  Duration interval() {
    return Duration.ofNanos(Math.max(1, (long) (1e9 / interactivePerSecond)));
  }
}
