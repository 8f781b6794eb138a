package io.penstock.streams.score.complexity;

import io.penstock.streams.score.complexity.features.PromptFeatures;
import io.penstock.streams.score.complexity.threshold.ScoreCurve;

/**
 * The numbers of a fitted predictor. The arrays are not copied, since they are large: whoever makes
 * one gives them away.
 *
 * <p>A prompt's vector has three blocks: character n-grams and word n-grams, each {@code (1 + ln
 * count) x idf} of its bucket, divided by the block's Euclidean length and times its weight; and
 * the standardised shape, clamped to four deviations.
 *
 * @param idf inverse document frequency of each bucket; 0 for one that was seen too seldom, which
 *     then counts for nothing
 * @param shapeMean mean of each figure of shape over the training prompts
 * @param shapeDeviation its standard deviation, above 0
 * @param cheap weights for the cheap model's quality: a bucket each, then the shape, then the
 *     constant
 * @param gain the same for what the strong model adds
 * @param curve how gains are distributed
 * @param facts the model card's facts
 */
public record LinearModel(
    float[] idf,
    double[] shapeMean,
    double[] shapeDeviation,
    float[] cheap,
    float[] gain,
    ScoreCurve curve,
    ModelCard facts) {

  /** The index at which the weights of shape begin. */
  public static final int SHAPE_AT = PromptFeatures.BUCKETS;

  /** The index of the constant. */
  public static final int CONSTANT_AT = SHAPE_AT + PromptFeatures.SHAPE_NAMES.size();

  /** Weights of one head. */
  public static final int WEIGHTS = CONSTANT_AT + 1;

  /** What the block of word n-grams is times; that of characters is times 1. */
  public static final double WORD_SCALE = Math.sqrt(0.5);

  /** What each figure of shape is times. */
  public static final double SHAPE_SCALE = Math.sqrt(0.25 / PromptFeatures.SHAPE_NAMES.size());

  private static final double MOST_DEVIATIONS = 4;

  public LinearModel {
    requireLength("idf", idf.length, PromptFeatures.BUCKETS);
    requireLength("shapeMean", shapeMean.length, PromptFeatures.SHAPE_NAMES.size());
    requireLength("shapeDeviation", shapeDeviation.length, PromptFeatures.SHAPE_NAMES.size());
    requireLength("cheap", cheap.length, WEIGHTS);
    requireLength("gain", gain.length, WEIGHTS);
    requireFinite("idf", idf);
    requireFinite("cheap", cheap);
    requireFinite("gain", gain);
    for (double deviation : shapeDeviation) {
      if (!(deviation > 0)) {
        throw new IllegalArgumentException("shapeDeviation has " + deviation + ", not above 0");
      }
    }
  }

  private static void requireLength(String name, int length, int expected) {
    if (length != expected) {
      throw new IllegalArgumentException(
          "%s has %d numbers instead of %d".formatted(name, length, expected));
    }
  }

  private static void requireFinite(String name, float[] numbers) {
    for (float number : numbers) {
      if (!Float.isFinite(number)) {
        throw new IllegalArgumentException(name + " has " + number + ", which is no number");
      }
    }
  }

  /** An n-gram's share of its block before the block is divided by its length. */
  public static double weightOf(int count, float idf) {
    return (1 + Math.log(count)) * idf;
  }

  /** A figure of shape as the weights take it. */
  public static double standard(double figure, double mean, double deviation) {
    return SHAPE_SCALE * Math.clamp((figure - mean) / deviation, -MOST_DEVIATIONS, MOST_DEVIATIONS);
  }
}
