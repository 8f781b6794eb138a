package io.penstock.streams.score.prediction;

import io.penstock.streams.score.complexity.ComplexityEstimate;
import io.penstock.streams.score.complexity.ComplexityPredictor;
import io.penstock.streams.score.complexity.PredictorCalibration;
import io.penstock.streams.score.complexity.threshold.RoutingGoal;
import io.penstock.streams.score.complexity.threshold.Thresholds;

/**
 * The complexity predictor, its thresholds, and what its estimates are measured against.
 *
 * @param meanCheap the cheap model's mean quality over the training prompts
 * @param meanStrong the strong model's
 */
public record Complexity(
    ComplexityPredictor predictor, Thresholds thresholds, double meanCheap, double meanStrong) {

  /**
   * A predictor with thresholds from its own calibration.
   *
   * @param byDefault the goal of those who say none
   * @param online whether cost budgets follow the prompts that come
   */
  public static Complexity of(
      ComplexityPredictor predictor, RoutingGoal byDefault, boolean online) {
    PredictorCalibration calibration = predictor.calibration();
    return new Complexity(
        predictor,
        new Thresholds(calibration.curve(), byDefault, online),
        calibration.meanCheap(),
        calibration.meanStrong());
  }

  /** Returns what is expected of a prompt that nothing can be read of. */
  public ComplexityEstimate ofMeanPrompt() {
    return new ComplexityEstimate(meanCheap, meanStrong, meanStrong - meanCheap, 0.5);
  }

  /**
   * A model's quality for one prompt. The registry's score {@code q} is a mean over prompts; the
   * predictor tells by how much this prompt is easier or harder than the mean one, for a cheap and
   * for a strong model. A model at position {@code p} between the weakest (0) and the best (1)
   * candidate by registered score is taken to be moved by what lies between:
   *
   * <pre>q + (1 - p) (cheap - meanCheap) + p (strong - meanStrong), kept within 0 and 1</pre>
   *
   * <p>Limits: the predictor knows two models, of which the candidates' weakest and best need not
   * be like; between them quality is taken to be linear in the score; a model's peculiar strengths
   * are seen only as far as its scores by domain tell.
   *
   * @param quality the registered score, from 0 to 1
   * @param position from 0 to 1
   */
  public double expectedQuality(double quality, double position, ComplexityEstimate estimate) {
    double shift =
        (1 - position) * (estimate.cheapQuality() - meanCheap)
            + position * (estimate.strongQuality() - meanStrong);
    return Math.clamp(quality + shift, 0, 1);
  }
}
