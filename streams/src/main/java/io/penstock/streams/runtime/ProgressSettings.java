package io.penstock.streams.runtime;

import java.time.Duration;

/**
 * When a job counts as stalled. A contradiction stops start-up.
 *
 * @param patience how long work may wait while none is completed, 5 s to 1 h
 * @param failures threads that failed within {@code within}, above which the job is stalled
 *     whatever it completes, 1 to 1000
 * @param within how long a failed thread counts, 10 s to 1 h
 */
public record ProgressSettings(Duration patience, int failures, Duration within) {

  public static final ProgressSettings DEFAULT =
      new ProgressSettings(Duration.ofSeconds(30), 5, Duration.ofMinutes(1));

  /** A loop pauses longer after each failure, so only the time without progress counts. */
  static final ProgressSettings LOOP =
      new ProgressSettings(DEFAULT.patience(), 1000, DEFAULT.within());

  public ProgressSettings {
    requireRange("progress.patience", patience, Duration.ofSeconds(5), Duration.ofHours(1));
    requireRange("progress.failures", failures, 1, 1000);
    requireRange("progress.within", within, Duration.ofSeconds(10), Duration.ofHours(1));
  }

  private static <T extends Comparable<T>> void requireRange(
      String name, T value, T least, T most) {
    if (value.compareTo(least) < 0 || value.compareTo(most) > 0) {
      throw new IllegalArgumentException(
          "%s is %s; it must be from %s to %s".formatted(name, value, least, most));
    }
  }
}
