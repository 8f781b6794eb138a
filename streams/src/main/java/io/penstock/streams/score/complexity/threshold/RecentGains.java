package io.penstock.streams.score.complexity.threshold;

import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * The predicted gains of recent prompts as a sketch of bounded size: a cost budget then holds for
 * the prompts that come, which may be harder than those of the training. Two windows of a number of
 * prompts, so that the last window, at least, is remembered. This class is thread-safe.
 */
public final class RecentGains {

  /** Gains are kept to a thousandth, from -1 to 1. */
  private static final int STEPS = 1000;

  private final int window;
  private Histogram current = histogram();
  private @Nullable Histogram previous;

  /**
   * @param window prompts of a window; below that many, {@link #threshold} has nothing to say
   */
  public RecentGains(int window) {
    if (window < 100) {
      throw new IllegalArgumentException(
          "window is %d prompts; it must be 100 or more to say something".formatted(window));
    }
    this.window = window;
  }

  /** Takes the predicted gain of a prompt. */
  public synchronized void add(double gain) {
    current.recordValue(STEPS + Math.round(Math.clamp(gain, -1, 1) * STEPS));
    if (current.getTotalCount() >= window) {
      previous = current;
      current = histogram();
    }
  }

  /**
   * The threshold that at most this share of the recent prompts exceeds.
   *
   * @param otherwise where a window is not yet full
   */
  public synchronized double threshold(double strongShare, double otherwise) {
    if (strongShare >= 1) {
      return Double.NEGATIVE_INFINITY;
    }
    if (strongShare <= 0) {
      return Double.POSITIVE_INFINITY;
    }
    if (previous == null) {
      return otherwise;
    }
    Histogram both = previous.copy();
    both.add(current);
    return (both.getValueAtPercentile(100 * (1 - strongShare)) - STEPS + 0.5) / STEPS;
  }

  private static Histogram histogram() {
    // Two significant digits would blur the upper half; three are exact to 2000.
    return new Histogram(1, 2L * STEPS + 1, 3);
  }
}
