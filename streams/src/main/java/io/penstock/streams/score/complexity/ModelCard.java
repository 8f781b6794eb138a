package io.penstock.streams.score.complexity;

import io.penstock.streams.score.complexity.evaluation.ResampledFigure;
import java.util.List;

/**
 * Tells where a predictor comes from and what it is good for, so far as its training can tell.
 *
 * @param data the training files and how many prompts of each
 * @param licence of the data, and so of what was learnt from it
 * @param prompts how many prompts in all
 * @param pairs how many of them with the outcomes of both models: what the figures are of
 * @param cheapQuality the cheap model's mean quality over them
 * @param strongQuality the strong model's
 * @param seed of the folds and intervals
 * @param regularisation of the ridge regression
 * @param apgr by cross-validation within the training data, one order over all files
 * @param lengthApgr the same of prompt length alone
 */
public record ModelCard(
    List<Source> data,
    String licence,
    int prompts,
    int pairs,
    double cheapQuality,
    double strongQuality,
    long seed,
    double regularisation,
    ResampledFigure apgr,
    ResampledFigure lengthApgr) {

  /**
   * One training file.
   *
   * @param apgr by cross-validation, within this file
   * @param lengthApgr the same of prompt length alone
   */
  public record Source(
      String name, int prompts, ResampledFigure apgr, ResampledFigure lengthApgr) {}

  public ModelCard {
    data = List.copyOf(data);
  }
}
