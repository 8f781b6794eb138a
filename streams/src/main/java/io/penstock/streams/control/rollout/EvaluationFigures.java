package io.penstock.streams.control.rollout;

import java.util.OptionalDouble;

/**
 * Figures of the new variant in shadow beside those of the old one.
 *
 * @param answered pairs of which both variants' results are there
 * @param scored of them those that say something of quality
 * @param newScore the new variant's mean score, from 0 to 1: of expected answers, else of agreement
 *     with the old one
 * @param oldScore the old variant's mean score where answers were expected
 * @param latencyRatio the median time in the engine, new by old
 * @param costRatio the mean cost, new by old
 */
public record EvaluationFigures(
    int answered,
    int scored,
    OptionalDouble newScore,
    OptionalDouble oldScore,
    OptionalDouble latencyRatio,
    OptionalDouble costRatio) {

  public static final EvaluationFigures NONE =
      new EvaluationFigures(
          0,
          0,
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty(),
          OptionalDouble.empty());
}
