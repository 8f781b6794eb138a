package io.penstock.streams.score.complexity.training;

import de.bwaldvogel.liblinear.Feature;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * Predictions for each prompt by regressions that had not seen it.
 *
 * @param cheap the cheap model's quality
 * @param gain what the strong model adds
 */
record Unseen(double[] cheap, double[] gain) {

  static Unseen of(
      CountedPrompts counted,
      List<LabelledPrompt> prompts,
      Outcomes outcomes,
      TrainingSettings settings,
      DoubleConsumer progress) {
    int size = prompts.size();
    Unseen unseen = new Unseen(new double[size], new double[size]);
    int[] folds = folds(prompts, settings);
    for (int fold = 0; fold < settings.folds(); fold++) {
      int held = fold;
      int[] seen = IntStream.range(0, size).filter(row -> folds[row] != held).toArray();
      Heads heads = Heads.fittedTo(counted, seen, outcomes, settings.regularisation());
      for (int row = 0; row < size; row++) {
        if (folds[row] == held) {
          Feature[] vector = heads.vectors().of(counted, row);
          unseen.cheap[row] = Ridge.predict(heads.cheap(), vector);
          unseen.gain[row] = Ridge.predict(heads.gain(), vector);
        }
      }
      progress.accept((fold + 1.0) / settings.folds());
    }
    return unseen;
  }

  /** The fold of each prompt: each source is spread evenly over all folds. */
  private static int[] folds(List<LabelledPrompt> prompts, TrainingSettings settings) {
    int[] folds = new int[prompts.size()];
    SplittableRandom random = new SplittableRandom(settings.seed());
    for (String source : prompts.stream().map(LabelledPrompt::source).distinct().toList()) {
      int[] rows =
          IntStream.range(0, prompts.size())
              .filter(row -> prompts.get(row).source().equals(source))
              .toArray();
      for (int i = rows.length - 1; i > 0; i--) {
        int j = random.nextInt(i + 1);
        int kept = rows[i];
        rows[i] = rows[j];
        rows[j] = kept;
      }
      for (int i = 0; i < rows.length; i++) {
        folds[rows[i]] = i % settings.folds();
      }
    }
    return folds;
  }
}
