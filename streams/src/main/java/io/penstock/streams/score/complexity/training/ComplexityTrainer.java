package io.penstock.streams.score.complexity.training;

import io.penstock.streams.score.complexity.LinearModel;
import io.penstock.streams.score.complexity.ModelCard;
import io.penstock.streams.score.complexity.evaluation.GapCurve;
import io.penstock.streams.score.complexity.evaluation.ResampledFigure;
import io.penstock.streams.score.complexity.evaluation.SelectionMetrics;
import io.penstock.streams.score.complexity.threshold.ScoreCurve;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleConsumer;
import java.util.stream.IntStream;

/**
 * Fits a predictor. Cross-validation within the given prompts tells how good it is and calibrates
 * its qualities and thresholds; the predictor itself is then fitted to all of them. Equal prompts
 * in equal order, settings and seed give an equal predictor.
 */
public final class ComplexityTrainer {

  private final TrainingSettings settings;
  private final List<LabelledPrompt> prompts;
  private final Outcomes outcomes;

  /**
   * @throws IllegalArgumentException where the prompts are too few, too many, or the strong model
   *     is no better than the cheap one
   */
  public ComplexityTrainer(List<LabelledPrompt> prompts, TrainingSettings settings) {
    this.settings = settings;
    this.prompts = List.copyOf(prompts);
    if (prompts.size() > TrainingSettings.MOST_PROMPTS) {
      throw new IllegalArgumentException(
          "there are %d prompts to train on; give %d at most, the latest"
              .formatted(prompts.size(), TrainingSettings.MOST_PROMPTS));
    }
    this.outcomes = Outcomes.of(prompts);
  }

  /**
   * Trains.
   *
   * @param progress told the share done, from 0 to 1
   */
  public LinearModel train(DoubleConsumer progress) {
    CountedPrompts counted = CountedPrompts.of(prompts);
    Unseen unseen =
        Unseen.of(counted, prompts, outcomes, settings, done -> progress.accept(0.8 * done));
    int[] all = IntStream.range(0, prompts.size()).toArray();
    Heads heads = Heads.fittedTo(counted, all, outcomes, settings.regularisation());
    int[] pairs = outcomes.pairs(row -> true);
    Calibration ofGain = Calibration.NONE;
    if (pairs.length >= TrainingSettings.FEWEST_PROMPTS) {
      ofGain = Calibration.of(Outcomes.at(unseen.gain(), pairs), outcomes.gains(pairs));
    }
    int[] known = IntStream.of(all).filter(i -> !Double.isNaN(outcomes.cheap()[i])).toArray();
    Calibration ofCheap =
        Calibration.of(Outcomes.at(unseen.cheap(), known), Outcomes.at(outcomes.cheap(), known));
    double[] gains = Arrays.stream(unseen.gain()).map(ofGain::of).toArray();
    LinearModel model =
        new LinearModel(
            heads.vectors().idf(),
            heads.vectors().mean(),
            heads.vectors().deviation(),
            ofCheap.applied(heads.cheap()),
            ofGain.applied(heads.gain()),
            curve(gains, pairs),
            card(gains));
    progress.accept(1);
    return model;
  }

  /**
   * The curve by the pairs' outcomes; without enough of them, as if the predicted gains came true.
   */
  private ScoreCurve curve(double[] gains, int[] pairs) {
    if (pairs.length >= TrainingSettings.FEWEST_PROMPTS) {
      GapCurve curve = curveOf(gains, pairs);
      if (curve.hasGap()) {
        return ScoreCurve.of(Outcomes.at(gains, pairs), curve);
      }
    }
    GapCurve expected = GapCurve.of(gains, new double[gains.length], gains);
    if (!expected.hasGap()) {
      throw new IllegalArgumentException(
          "the predicted gain is not above 0 on average; give more prompts with both outcomes");
    }
    return ScoreCurve.of(gains, expected);
  }

  private GapCurve curveOf(double[] scores, int[] rows) {
    return GapCurve.of(
        Outcomes.at(scores, rows),
        Outcomes.at(outcomes.cheap(), rows),
        Outcomes.at(outcomes.strong(), rows));
  }

  private ModelCard card(double[] gains) {
    double[] lengths = prompts.stream().mapToDouble(prompt -> prompt.prompt().length()).toArray();
    List<ModelCard.Source> sources = new ArrayList<>();
    for (String source : prompts.stream().map(LabelledPrompt::source).distinct().toList()) {
      int[] rows = outcomes.pairs(row -> prompts.get(row).source().equals(source));
      long size = prompts.stream().filter(prompt -> prompt.source().equals(source)).count();
      sources.add(
          new ModelCard.Source(
              source, Math.toIntExact(size), apgr(gains, rows), apgr(lengths, rows)));
    }
    int[] pairs = outcomes.pairs(row -> true);
    return new ModelCard(
        sources,
        settings.licence(),
        prompts.size(),
        pairs.length,
        outcomes.meanCheap(),
        outcomes.meanStrong(),
        settings.seed(),
        settings.regularisation(),
        apgr(gains, pairs),
        apgr(lengths, pairs));
  }

  private ResampledFigure apgr(double[] scores, int[] rows) {
    if (rows.length < TrainingSettings.FEWEST_PROMPTS) {
      return new ResampledFigure(Double.NaN, Double.NaN, Double.NaN);
    }
    return SelectionMetrics.of(
            Outcomes.at(scores, rows),
            Outcomes.at(outcomes.cheap(), rows),
            Outcomes.at(outcomes.strong(), rows),
            settings.seed())
        .apgr();
  }
}
