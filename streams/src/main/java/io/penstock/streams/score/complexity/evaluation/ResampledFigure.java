package io.penstock.streams.score.complexity.evaluation;

import java.util.Arrays;

/**
 * A figure and the middle 95% of its resamples.
 *
 * @param value of all prompts
 * @param low what 2.5% of the resamples lie below
 * @param high what 2.5% of the resamples lie above
 */
public record ResampledFigure(double value, double low, double high) {

  /** Makes a figure from resamples. Those that are NaN have no gap and are left out. */
  static ResampledFigure of(double value, double[] resamples) {
    double[] sorted = Arrays.stream(resamples).filter(Double::isFinite).sorted().toArray();
    return new ResampledFigure(value, quantile(sorted, 0.025), quantile(sorted, 0.975));
  }

  private static double quantile(double[] sorted, double share) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double place = share * (sorted.length - 1);
    int below = (int) Math.floor(place);
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
