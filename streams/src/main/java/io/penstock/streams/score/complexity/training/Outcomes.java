package io.penstock.streams.score.complexity.training;

import java.util.List;
import java.util.function.IntPredicate;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;

/** The outcomes of all training prompts; NaN where one is not known. */
record Outcomes(double[] cheap, double[] strong) {

  /**
   * @throws IllegalArgumentException where one model has too few outcomes, or the strong one is no
   *     better
   */
  static Outcomes of(List<LabelledPrompt> prompts) {
    Outcomes outcomes =
        new Outcomes(
            prompts.stream().mapToDouble(LabelledPrompt::cheapOrNaN).toArray(),
            prompts.stream().mapToDouble(LabelledPrompt::strongOrNaN).toArray());
    requireEnough("weak_correct", outcomes.cheap);
    requireEnough("strong_correct", outcomes.strong);
    if (outcomes.meanStrong() <= outcomes.meanCheap()) {
      throw new IllegalArgumentException(
          ("the strong model is no better than the cheap one over these prompts (%.3f against"
                  + " %.3f): there is nothing to choose; swap the columns if they are the wrong"
                  + " way round")
              .formatted(outcomes.meanStrong(), outcomes.meanCheap()));
    }
    return outcomes;
  }

  private static void requireEnough(String name, double[] qualities) {
    long known = known(qualities).count();
    if (known < TrainingSettings.FEWEST_PROMPTS) {
      throw new IllegalArgumentException(
          "%d prompts have an outcome in %s; give at least %d"
              .formatted(known, name, TrainingSettings.FEWEST_PROMPTS));
    }
  }

  double meanCheap() {
    return known(cheap).average().orElseThrow();
  }

  double meanStrong() {
    return known(strong).average().orElseThrow();
  }

  /** Returns whether both outcomes of a prompt are known. */
  boolean paired(int row) {
    return !Double.isNaN(cheap[row]) && !Double.isNaN(strong[row]);
  }

  /** Rows of paired prompts that are wanted. */
  int[] pairs(IntPredicate wanted) {
    return IntStream.range(0, cheap.length).filter(this::paired).filter(wanted).toArray();
  }

  /** Returns what the strong model added, at these rows. */
  double[] gains(int[] rows) {
    return IntStream.of(rows).mapToDouble(row -> strong[row] - cheap[row]).toArray();
  }

  static double[] at(double[] values, int[] rows) {
    return IntStream.of(rows).mapToDouble(row -> values[row]).toArray();
  }

  private static DoubleStream known(double[] qualities) {
    return DoubleStream.of(qualities).filter(quality -> !Double.isNaN(quality));
  }
}
