package io.penstock.streams.score.complexity.training;

import de.bwaldvogel.liblinear.Feature;
import io.penstock.streams.score.complexity.LinearModel;
import io.penstock.streams.score.complexity.ModelCard;
import io.penstock.streams.score.complexity.evaluation.Estimate;
import io.penstock.streams.score.complexity.evaluation.GapCurve;
import io.penstock.streams.score.complexity.evaluation.SelectionMetrics;
import io.penstock.streams.score.complexity.threshold.ScoreCurve;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.DoubleConsumer;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;

/**
 * Fits a predictor. Cross-validation within the given prompts tells how good it is and calibrates
 * its qualities and thresholds; the predictor itself is then fitted to all of them. Equal prompts
 * in equal order, settings and seed give an equal predictor.
 */
public final class ComplexityTrainer {

  private final TrainingSettings settings;
  private final List<LabelledPrompt> prompts;
  private final double[] cheap;
  private final double[] strong;
  private final double[] gain;

  /**
   * @throws IllegalArgumentException where the prompts are too few, too many, or the strong model
   *     is no better than the cheap one
   */
  public ComplexityTrainer(List<LabelledPrompt> prompts, TrainingSettings settings) {
    this.settings = settings;
    this.prompts = List.copyOf(prompts);
    int size = prompts.size();
    if (size < TrainingSettings.FEWEST_PROMPTS || size > TrainingSettings.MOST_PROMPTS) {
      throw new IllegalArgumentException(
          "there are %d prompts to train on; give from %d to %d"
              .formatted(size, TrainingSettings.FEWEST_PROMPTS, TrainingSettings.MOST_PROMPTS));
    }
    this.cheap = prompts.stream().mapToDouble(LabelledPrompt::cheap).toArray();
    this.strong = prompts.stream().mapToDouble(LabelledPrompt::strong).toArray();
    this.gain = IntStream.range(0, size).mapToDouble(i -> strong[i] - cheap[i]).toArray();
    if (mean(gain) <= 0) {
      throw new IllegalArgumentException(
          ("the strong model is no better than the cheap one over these prompts (%.3f against"
                  + " %.3f): there is nothing to choose; swap the columns if they are the wrong"
                  + " way round")
              .formatted(mean(strong), mean(cheap)));
    }
  }

  /**
   * Trains.
   *
   * @param progress told the share done, from 0 to 1
   */
  public LinearModel train(DoubleConsumer progress) {
    CountedPrompts counted = CountedPrompts.of(prompts);
    double steps = settings.folds() + 2.0;
    progress.accept(1 / steps);
    double[] unseenGain = new double[prompts.size()];
    double[] unseenCheap = new double[prompts.size()];
    int[] folds = folds();
    for (int fold = 0; fold < settings.folds(); fold++) {
      int held = fold;
      int[] seen = rows(i -> folds[i] != held);
      Fit fit = Fit.to(counted, seen, gain, cheap, settings.regularisation());
      for (int row : rows(i -> folds[i] == held)) {
        Feature[] vector = fit.vectors().of(counted, row);
        unseenGain[row] = Ridge.predict(fit.gain(), vector);
        unseenCheap[row] = Ridge.predict(fit.cheap(), vector);
      }
      progress.accept((fold + 2) / steps);
    }
    Fit fit = Fit.to(counted, rows(i -> true), gain, cheap, settings.regularisation());
    Calibration ofGain = Calibration.of(unseenGain, gain);
    Calibration ofCheap = Calibration.of(unseenCheap, cheap);
    double[] calibrated =
        IntStream.range(0, unseenGain.length).mapToDouble(i -> ofGain.of(unseenGain[i])).toArray();
    ScoreCurve curve = ScoreCurve.of(calibrated, GapCurve.of(calibrated, cheap, strong));
    LinearModel model =
        new LinearModel(
            fit.vectors().idf(),
            fit.vectors().mean(),
            fit.vectors().deviation(),
            ofCheap.applied(fit.cheap()),
            ofGain.applied(fit.gain()),
            curve,
            card(calibrated));
    progress.accept(1);
    return model;
  }

  /** Both heads, and the vectors they are fitted to. */
  private record Fit(Vectors vectors, double[] gain, double[] cheap) {

    static Fit to(
        CountedPrompts counted, int[] rows, double[] gain, double[] cheap, double regularisation) {
      Vectors vectors = Vectors.fittedTo(counted, rows);
      Feature[][] matrix = new Feature[rows.length][];
      for (int i = 0; i < rows.length; i++) {
        matrix[i] = vectors.of(counted, rows[i]);
      }
      return new Fit(
          vectors,
          Ridge.fit(matrix, of(gain, rows), regularisation),
          Ridge.fit(matrix, of(cheap, rows), regularisation));
    }
  }

  private ModelCard card(double[] unseen) {
    double[] lengths = prompts.stream().mapToDouble(prompt -> prompt.prompt().length()).toArray();
    List<ModelCard.Source> sources = new ArrayList<>();
    for (String source : prompts.stream().map(LabelledPrompt::source).distinct().toList()) {
      int[] rows = rows(i -> prompts.get(i).source().equals(source));
      sources.add(
          new ModelCard.Source(source, rows.length, apgr(unseen, rows), apgr(lengths, rows)));
    }
    int[] all = rows(i -> true);
    return new ModelCard(
        sources,
        settings.licence(),
        prompts.size(),
        mean(cheap),
        mean(strong),
        settings.seed(),
        settings.regularisation(),
        apgr(unseen, all),
        apgr(lengths, all));
  }

  private Estimate apgr(double[] scores, int[] rows) {
    return SelectionMetrics.of(of(scores, rows), of(cheap, rows), of(strong, rows), settings.seed())
        .apgr();
  }

  /** The fold of each prompt: sizes differ by one at most, each source over all folds. */
  private int[] folds() {
    int[] folds = new int[prompts.size()];
    SplittableRandom random = new SplittableRandom(settings.seed());
    for (String source : prompts.stream().map(LabelledPrompt::source).distinct().toList()) {
      int[] rows = rows(i -> prompts.get(i).source().equals(source));
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

  private int[] rows(IntPredicate wanted) {
    return IntStream.range(0, prompts.size()).filter(wanted).toArray();
  }

  private static double[] of(double[] values, int[] rows) {
    return IntStream.of(rows).mapToDouble(i -> values[i]).toArray();
  }

  private static double mean(double[] values) {
    return IntStream.range(0, values.length).mapToDouble(i -> values[i]).sum() / values.length;
  }
}
