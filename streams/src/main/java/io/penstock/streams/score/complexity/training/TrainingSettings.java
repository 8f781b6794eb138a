package io.penstock.streams.score.complexity.training;

/**
 * The settings by which the predictor is fitted.
 *
 * @param regularisation of the ridge regression, above 0: more of it trusts single n-grams less
 * @param folds of the cross-validation, 2 or more
 * @param seed of the folds and of the intervals
 * @param licence of the data, for the model card
 */
public record TrainingSettings(double regularisation, int folds, long seed, String licence) {

  /** Chosen by cross-validation within the shipped predictor's training data. */
  public static final double REGULARISATION = 6;

  public static final int FOLDS = 5;

  /** Prompts that a training takes, at most: all their n-grams are held in memory. */
  public static final int MOST_PROMPTS = 50_000;

  /** Fewer prompts than these say nothing. */
  public static final int FEWEST_PROMPTS = 50;

  public TrainingSettings {
    if (!(regularisation > 0)) {
      throw new IllegalArgumentException(
          "regularisation is %s; it must be above 0".formatted(regularisation));
    }
    if (folds < 2 || folds > 20) {
      throw new IllegalArgumentException("folds is %d; it must be from 2 to 20".formatted(folds));
    }
  }
}
