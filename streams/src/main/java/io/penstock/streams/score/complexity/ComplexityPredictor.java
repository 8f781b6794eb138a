package io.penstock.streams.score.complexity;

import java.util.List;

/**
 * Predicts how well a cheap and a strong model answer a prompt. Pure: equal prompts give equal
 * estimates. Safe for use by many threads; called by platform threads, each of which keeps a
 * scratch pad.
 */
public interface ComplexityPredictor {

  /**
   * Estimates a prompt. Of a prompt longer than {@link
   * io.penstock.streams.score.complexity.features.PromptText#MOST_CHARACTERS} only the beginning
   * and the end are read, so that the work is bounded.
   */
  ComplexityEstimate estimate(CharSequence prompt);

  /**
   * What an estimate rests on: the largest effects on the gain, largest first. Slower than an
   * estimate; for decisions that are shown.
   *
   * @param most at most so many
   */
  List<Contribution> explain(CharSequence prompt, int most);
}
