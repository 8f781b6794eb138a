package io.penstock.compose.bench.batches;

import static io.penstock.compose.bench.OptionRule.require;
import static io.penstock.compose.bench.OptionRule.requireTime;

import java.time.Duration;

/**
 * The settings of {@code bench batches}.
 *
 * @param lines of the batch that is run, 100 to 50,000
 * @param bytes of the file that is only judged, 1 MB to 200 MB
 * @param rate interactive calls per second, alone and beside the batch
 * @param time how long those are measured alone; beside the batch, until it ends
 * @param warmUp of interactive calls and small batches before anything counts
 */
public record BatchesSettings(int lines, long bytes, double rate, Duration time, Duration warmUp) {

  private static final long MOST_BYTES = 209_715_200;

  public BatchesSettings {
    require("lines", lines >= 100 && lines <= 50_000, "must be from 100 to 50000");
    require("bytes", bytes >= 1_000_000 && bytes <= MOST_BYTES, "must be from 1M to 200M");
    require("rate", rate > 0 && rate <= 10_000, "must be above 0 and at most 10000");
    requireTime("seconds", time, Duration.ofSeconds(1));
    requireTime("warm-up", warmUp, Duration.ZERO);
  }
}
