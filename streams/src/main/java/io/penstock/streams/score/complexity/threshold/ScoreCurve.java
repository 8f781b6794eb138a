package io.penstock.streams.score.complexity.threshold;

import io.penstock.streams.score.complexity.evaluation.GapCurve;
import java.util.Arrays;

/**
 * Calibrates thresholds by how predicted gains are distributed over prompts that the predictor was
 * not trained on, and by the part of the gap that is recovered by share of strong calls. Instances
 * are immutable.
 *
 * @param gains {@link #POINTS} predicted gains, ascending: the i-th is the {@code i / (POINTS - 1)}
 *     quantile
 * @param recovered the part recovered where the {@code i / (POINTS - 1)} of the prompts with the
 *     highest gain go to the strong model
 */
public record ScoreCurve(double[] gains, double[] recovered) {

  /** Points of each curve: steps of half a percent. */
  public static final int POINTS = 201;

  private static final int STEPS = POINTS - 1;

  public ScoreCurve {
    gains = gains.clone();
    recovered = recovered.clone();
    if (gains.length != POINTS || recovered.length != POINTS) {
      throw new IllegalArgumentException(
          "the score curve has %d gains and %d recovered parts; it must have %d of each"
              .formatted(gains.length, recovered.length, POINTS));
    }
    for (int i = 0; i < POINTS; i++) {
      if (!Double.isFinite(gains[i]) || !Double.isFinite(recovered[i])) {
        throw new IllegalArgumentException("point %d of the score curve is no number".formatted(i));
      }
      if (i > 0 && gains[i] < gains[i - 1]) {
        throw new IllegalArgumentException(
            "gain %d of the score curve is less than the one before".formatted(i));
      }
    }
  }

  @Override
  public double[] gains() {
    return gains.clone();
  }

  @Override
  public double[] recovered() {
    return recovered.clone();
  }

  /** Makes a curve from prompts with known outcomes. */
  public static ScoreCurve of(double[] gains, GapCurve curve) {
    double[] sorted = gains.clone();
    Arrays.sort(sorted);
    double[] quantiles = new double[POINTS];
    double[] recovered = new double[POINTS];
    for (int i = 0; i < POINTS; i++) {
      double share = (double) i / STEPS;
      // The next one up, so that no more than 1 - share lie above it.
      int at = (int) Math.ceil(share * sorted.length - 1e-9) - 1;
      quantiles[i] = sorted[Math.max(0, at)];
      recovered[i] = curve.at(share);
    }
    return new ScoreCurve(quantiles, recovered);
  }

  /**
   * The threshold that a predicted gain must exceed for the strong model to be called. More budget
   * never gives a higher threshold, nor does a higher floor.
   *
   * @return from negative infinity, always the strong model, to positive infinity, never
   */
  public double threshold(RoutingGoal goal) {
    return switch (goal) {
      case RoutingGoal.CostBudget(double share) -> above(share);
      case RoutingGoal.QualityFloor(double part) -> above(shareFor(part));
    };
  }

  /** The least share of strong calls that is expected to recover a part of the gap. */
  public double shareFor(double part) {
    for (int i = 0; i < POINTS; i++) {
      if (recovered[i] >= part) {
        return (double) i / STEPS;
      }
    }
    return 1;
  }

  private double above(double share) {
    if (share >= 1) {
      return Double.NEGATIVE_INFINITY;
    }
    if (share <= 0) {
      return Double.POSITIVE_INFINITY;
    }
    return gains[(int) Math.ceil((1 - share) * STEPS - 1e-9)];
  }

  /** The share of prompts with a smaller gain, from 0 to 1. */
  public double rank(double gain) {
    if (gain <= gains[0]) {
      return 0;
    }
    if (gain >= gains[STEPS]) {
      return 1;
    }
    int at = Arrays.binarySearch(gains, gain);
    int above = at >= 0 ? at : -at - 1;
    double below = gains[above - 1];
    double width = gains[above] - below;
    return (above - 1 + (width > 0 ? (gain - below) / width : 1)) / STEPS;
  }
}
