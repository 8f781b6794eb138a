package io.penstock.streams.score.complexity.training;

import de.bwaldvogel.liblinear.Feature;
import io.penstock.streams.score.complexity.LinearModel;
import java.util.stream.IntStream;

/**
 * One regression for each model's quality, each over the prompts where it is known. What the strong
 * model adds is their difference, which for prompts with both outcomes is the regression on the
 * difference itself.
 */
record Heads(Vectors vectors, double[] cheap, double[] gain) {

  static Heads fittedTo(
      CountedPrompts prompts, int[] rows, Outcomes outcomes, double regularisation) {
    Vectors vectors = Vectors.fittedTo(prompts, rows);
    Feature[][] matrix = new Feature[rows.length][];
    for (int i = 0; i < rows.length; i++) {
      matrix[i] = vectors.of(prompts, rows[i]);
    }
    double[] cheap = head(matrix, Outcomes.at(outcomes.cheap(), rows), regularisation);
    double[] strong = head(matrix, Outcomes.at(outcomes.strong(), rows), regularisation);
    double[] gain = new double[LinearModel.WEIGHTS];
    for (int i = 0; i < gain.length; i++) {
      gain[i] = strong[i] - cheap[i];
    }
    return new Heads(vectors, cheap, gain);
  }

  private static double[] head(Feature[][] matrix, double[] targets, double regularisation) {
    int[] known =
        IntStream.range(0, targets.length).filter(i -> !Double.isNaN(targets[i])).toArray();
    Feature[][] rows = new Feature[known.length][];
    for (int i = 0; i < known.length; i++) {
      rows[i] = matrix[known[i]];
    }
    return Ridge.fit(rows, Outcomes.at(targets, known), regularisation);
  }
}
