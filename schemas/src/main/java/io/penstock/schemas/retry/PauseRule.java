package io.penstock.schemas.retry;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * Computes how long to wait after each of several failures in a row: twice as long each time, up to
 * a limit.
 *
 * @param first the pause after the first failure, not negative
 * @param longest no pause is longer, the first included; not negative
 */
public record PauseRule(Duration first, Duration longest) {

  public PauseRule {
    if (first.isNegative() || longest.isNegative()) {
      throw new IllegalArgumentException(
          "pauses must not be negative, but first is %s and longest %s".formatted(first, longest));
    }
  }

  /**
   * The pause after so many failures in a row.
   *
   * @param failures 1 or more; fewer count as 1
   */
  public Duration after(int failures) {
    int doublings = Math.clamp(failures - 1L, 0, Long.SIZE - 1);
    boolean beyond = first.toNanos() > longest.toNanos() >> doublings;
    return beyond ? longest : Duration.ofNanos(first.toNanos() << doublings);
  }

  /**
   * A time between half of a pause and all of it, so that many who failed together do not try again
   * together.
   */
  public static Duration jittered(Duration pause, RandomGenerator random) {
    long half = pause.toNanos() / 2;
    return Duration.ofNanos(half + random.nextLong(half + 1));
  }
}
