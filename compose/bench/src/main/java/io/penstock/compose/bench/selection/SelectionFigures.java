package io.penstock.compose.bench.selection;

import io.penstock.streams.score.complexity.ComplexityPredictor;
import io.penstock.streams.score.complexity.evaluation.GapCurve;
import io.penstock.streams.score.complexity.evaluation.ResampledFigure;
import io.penstock.streams.score.complexity.evaluation.SelectionMetrics;
import io.penstock.streams.score.complexity.training.LabelledPrompt;
import java.util.List;
import java.util.stream.DoubleStream;

/**
 * The figures of one test.
 *
 * @param name the file's name without its ending
 * @param cheapQuality the cheap model's mean quality
 * @param strongQuality the strong model's
 * @param predictor by predicted gain
 * @param length by prompt length
 * @param shuffleApgr by the predicted gains dealt at random: the same calls, knowing nothing
 * @param advantage how much more APGR the predictor has than length
 * @param predictorCurve by predicted gain
 * @param lengthCurve by prompt length
 */
record SelectionFigures(
    String name,
    int prompts,
    double cheapQuality,
    double strongQuality,
    SelectionMetrics predictor,
    SelectionMetrics length,
    ResampledFigure shuffleApgr,
    ResampledFigure advantage,
    GapCurve predictorCurve,
    GapCurve lengthCurve) {

  /**
   * Evaluates a predictor.
   *
   * @throws IllegalArgumentException if the strong model is no better: there is no gap to recover
   */
  static SelectionFigures of(
      String name, List<LabelledPrompt> prompts, ComplexityPredictor predictor, long seed) {
    double[] cheap = prompts.stream().mapToDouble(LabelledPrompt::cheapOrNaN).toArray();
    double[] strong = prompts.stream().mapToDouble(LabelledPrompt::strongOrNaN).toArray();
    double[] gains =
        prompts.stream().mapToDouble(each -> predictor.estimate(each.prompt()).gain()).toArray();
    double[] lengths = prompts.stream().mapToDouble(each -> each.prompt().length()).toArray();
    GapCurve curve = GapCurve.of(gains, cheap, strong);
    if (!curve.hasGap()) {
      throw new IllegalArgumentException(
          "test %s: the strong model is no better than the weak one, so there is no gap to recover"
              .formatted(name));
    }
    return new SelectionFigures(
        name,
        prompts.size(),
        mean(prompts.stream().mapToDouble(LabelledPrompt::cheapOrNaN)),
        mean(prompts.stream().mapToDouble(LabelledPrompt::strongOrNaN)),
        SelectionMetrics.of(gains, cheap, strong, seed),
        SelectionMetrics.of(lengths, cheap, strong, seed),
        SelectionMetrics.shuffled(gains, cheap, strong, seed),
        SelectionMetrics.advantage(gains, lengths, cheap, strong, seed),
        curve,
        GapCurve.of(lengths, cheap, strong));
  }

  /** Mean quality where this share of the prompts goes to the strong model. */
  double quality(GapCurve curve, double share) {
    return cheapQuality + (strongQuality - cheapQuality) * curve.at(share);
  }

  private static double mean(DoubleStream values) {
    return values.average().orElseThrow();
  }
}
