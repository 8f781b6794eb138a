package io.penstock.streams.dispatch.health;

import io.penstock.schemas.settings.Range;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a target counts as unhealthy, and how it gets another chance.
 *
 * @param window how far back attempts count, 1 s to 1 h
 * @param minSamples attempts in the window below which no rate is judged, 1 or more
 * @param maxErrorRate the share of failed attempts above which an account speaks against the
 *     target, above 0 and at most 1; {@link AccountErrors} says how many have to
 * @param maxFirstToken the mean time from lease to first token above which it is, or null for no
 *     limit
 * @param quotaFailures refusals for quota or budget in a row, of every one of its workers, that
 *     make it so, 1 or more
 * @param openTime how long it is granted nothing the first time, 10 ms to 30 s; twice as long each
 *     time that a probe fails
 * @param longestOpenTime the most that grows to, from openTime to 30 s, well below the shortest
 *     deadline, or requests expire before it is tried again
 * @param probesToClose probes that must succeed before it is healthy again, and that must fail one
 *     after another before it is unhealthy again once one succeeded, 1 or more
 * @param withoutWorkers how long it may have no live worker, positive
 */
public record HealthSettings(
    Duration window,
    int minSamples,
    double maxErrorRate,
    @Nullable Duration maxFirstToken,
    int quotaFailures,
    Duration openTime,
    Duration longestOpenTime,
    int probesToClose,
    Duration withoutWorkers) {

  /** Half of an interactive request's default deadline: it must outlive the longest open time. */
  private static final Duration LONGEST_OPEN = Duration.ofSeconds(30);

  public static final HealthSettings DEFAULT =
      new HealthSettings(
          Duration.ofSeconds(30),
          10,
          0.5,
          null,
          3,
          Duration.ofSeconds(5),
          Duration.ofSeconds(15),
          3,
          Duration.ofSeconds(5));

  public HealthSettings {
    Range.require("window", window, Duration.ofSeconds(1), Duration.ofHours(1));
    requireOneOrMore("minSamples", minSamples);
    if (!(maxErrorRate > 0 && maxErrorRate <= 1)) {
      throw new IllegalArgumentException(
          "maxErrorRate is %s; it must be above 0 and at most 1".formatted(maxErrorRate));
    }
    if (maxFirstToken != null && !maxFirstToken.isPositive()) {
      throw new IllegalArgumentException(
          "maxFirstToken is %s; it must be positive, or left out".formatted(maxFirstToken));
    }
    requireOneOrMore("quotaFailures", quotaFailures);
    Range.require("openTime", openTime, Duration.ofMillis(10), LONGEST_OPEN);
    Range.require("longestOpenTime", longestOpenTime, openTime, LONGEST_OPEN);
    requireOneOrMore("probesToClose", probesToClose);
    Range.require("withoutWorkers", withoutWorkers, Duration.ofMillis(1), Duration.ofHours(1));
  }

  /** Returns how long it is granted nothing after so many failed probes in a row. */
  Duration openTime(int failedProbes) {
    double millis = openTime.toMillis() * Math.scalb(1.0, Math.min(failedProbes, 30));
    return millis >= longestOpenTime.toMillis()
        ? longestOpenTime
        : Duration.ofMillis((long) millis);
  }

  private static void requireOneOrMore(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException("%s is %d; it must be 1 or more".formatted(name, value));
    }
  }
}
