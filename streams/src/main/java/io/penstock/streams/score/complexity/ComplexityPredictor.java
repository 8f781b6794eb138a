package io.penstock.streams.score.complexity;

import java.util.List;

/**
 * Predicts how well a cheap and a strong model answer a prompt. Equal prompts give equal estimates.
 * Implementations are thread-safe. Platform threads call them, and each thread keeps a scratch pad.
 */
public interface ComplexityPredictor {

  /**
   * Estimates a prompt. The work must be bounded, however long the prompt is: scoring waits for it.
   */
  ComplexityEstimate estimate(CharSequence prompt);

  /**
   * Explains an estimate by the largest effects on the gain, largest first. Slower than an
   * estimate; for decisions that are shown.
   *
   * @param most at most so many
   */
  List<Contribution> explain(CharSequence prompt, int most);

  /**
   * Returns what the estimates are measured against: thresholds follow from it. Always the same.
   */
  PredictorCalibration calibration();
}
