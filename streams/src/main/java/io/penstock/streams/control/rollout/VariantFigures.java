package io.penstock.streams.control.rollout;

import java.util.OptionalDouble;

/**
 * The figures measured for one variant.
 *
 * @param results how many
 * @param errors how many of them without an answer
 * @param medianFirstTokenMillis from acceptance; empty without any
 * @param judged results with feedback
 * @param feedback their mean score, from 0 to 1; empty without any
 */
public record VariantFigures(
    long results,
    long errors,
    OptionalDouble medianFirstTokenMillis,
    long judged,
    OptionalDouble feedback) {

  public static final VariantFigures NONE =
      new VariantFigures(0, 0, OptionalDouble.empty(), 0, OptionalDouble.empty());

  /** The share of results without an answer, 0 without any result. */
  public double errorRate() {
    return results == 0 ? 0 : (double) errors / results;
  }
}
