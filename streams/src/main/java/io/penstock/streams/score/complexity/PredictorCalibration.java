package io.penstock.streams.score.complexity;

import io.penstock.streams.score.complexity.threshold.ScoreCurve;

/**
 * The scale of a predictor's estimates: its figures over prompts that it was not trained on.
 *
 * @param curve how gains are distributed, and what part of the gap they recover
 * @param meanCheap the cheap model's mean quality, from 0 to 1
 * @param meanStrong the strong model's mean quality, from 0 to 1
 */
public record PredictorCalibration(ScoreCurve curve, double meanCheap, double meanStrong) {

  public PredictorCalibration {
    requireQuality("meanCheap", meanCheap);
    requireQuality("meanStrong", meanStrong);
  }

  private static void requireQuality(String name, double quality) {
    if (!(quality >= 0 && quality <= 1)) {
      throw new IllegalArgumentException(
          "%s is %s; it must be from 0 to 1".formatted(name, quality));
    }
  }
}
