package io.penstock.streams.runtime;

import io.penstock.schemas.settings.Range;
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
    Range.require("progress.patience", patience, Duration.ofSeconds(5), Duration.ofHours(1));
    Range.require("progress.failures", failures, 1, 1000);
    Range.require("progress.within", within, Duration.ofSeconds(10), Duration.ofHours(1));
  }
}
