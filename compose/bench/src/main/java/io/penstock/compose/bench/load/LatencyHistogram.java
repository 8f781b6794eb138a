package io.penstock.compose.bench.load;

import java.time.Duration;
import org.HdrHistogram.Histogram;

/** Latencies in microseconds, to 3 figures, up to an hour. This class is not thread-safe. */
public final class LatencyHistogram {

  private static final long LONGEST_MICROS = Duration.ofHours(1).toNanos() / 1000;

  private final Histogram histogram = new Histogram(LONGEST_MICROS, 3);

  /** Adds one; below 0, as two clocks may tell, counts as 0. */
  public void record(long micros) {
    histogram.recordValue(Math.clamp(micros, 0, LONGEST_MICROS));
  }

  public void add(LatencyHistogram other) {
    histogram.add(other.histogram);
  }

  public long count() {
    return histogram.getTotalCount();
  }

  /**
   * The latency that this share of all did not exceed, in milliseconds; NaN if there are none.
   *
   * @param percentile 0 to 100
   */
  public double millis(double percentile) {
    return count() == 0 ? Double.NaN : histogram.getValueAtPercentile(percentile) / 1e3;
  }
}
