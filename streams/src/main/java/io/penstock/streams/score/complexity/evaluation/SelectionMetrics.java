package io.penstock.streams.score.complexity.evaluation;

import java.util.SplittableRandom;

/**
 * RouteLLM's metrics of one order of prompts, with intervals by the percentile bootstrap over
 * prompts.
 *
 * @param apgr average performance gap recovered
 * @param cpt50 share of strong calls, in percent, that recovers half of the gap
 * @param cpt80 the same for 80% of it
 */
public record SelectionMetrics(ResampledFigure apgr, ResampledFigure cpt50, ResampledFigure cpt80) {

  /** Resamples of an interval. */
  public static final int RESAMPLES = 1000;

  /** Measures prompts in the order of these scores. Equal seeds give equal intervals. */
  public static SelectionMetrics of(double[] scores, double[] cheap, double[] strong, long seed) {
    double[][] resamples = new double[3][RESAMPLES];
    Resampled sample = new Resampled(scores, cheap, strong);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < RESAMPLES; i++) {
      GapCurve curve = sample.next(random);
      resamples[0][i] = curve.average();
      resamples[1][i] = percent(curve, 0.5);
      resamples[2][i] = percent(curve, 0.8);
    }
    GapCurve all = GapCurve.of(scores, cheap, strong);
    return new SelectionMetrics(
        ResampledFigure.of(all.average(), resamples[0]),
        ResampledFigure.of(percent(all, 0.5), resamples[1]),
        ResampledFigure.of(percent(all, 0.8), resamples[2]));
  }

  /** Returns how much more APGR one order has than another, on the same resamples. */
  public static ResampledFigure advantage(
      double[] scores, double[] others, double[] cheap, double[] strong, long seed) {
    double[] resamples = new double[RESAMPLES];
    Resampled first = new Resampled(scores, cheap, strong);
    Resampled second = new Resampled(others, cheap, strong);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < RESAMPLES; i++) {
      int[] drawn = draw(scores.length, random);
      resamples[i] = first.of(drawn).average() - second.of(drawn).average();
    }
    double value =
        GapCurve.of(scores, cheap, strong).average() - GapCurve.of(others, cheap, strong).average();
    return ResampledFigure.of(value, resamples);
  }

  /**
   * APGR of the same scores dealt to the prompts at random: every threshold then costs the same and
   * knows nothing. The mean of the shuffles, and the middle 95% of them.
   */
  public static ResampledFigure shuffled(
      double[] scores, double[] cheap, double[] strong, long seed) {
    double[] shuffles = new double[RESAMPLES];
    SplittableRandom random = new SplittableRandom(seed);
    double[] dealt = scores.clone();
    double sum = 0;
    for (int i = 0; i < RESAMPLES; i++) {
      shuffle(dealt, random);
      shuffles[i] = GapCurve.of(dealt, cheap, strong).average();
      sum += shuffles[i];
    }
    return ResampledFigure.of(sum / RESAMPLES, shuffles);
  }

  private static double percent(GapCurve curve, double part) {
    return 100 * curve.shareFor(part);
  }

  private static int[] draw(int count, SplittableRandom random) {
    int[] times = new int[count];
    for (int i = 0; i < count; i++) {
      times[random.nextInt(count)]++;
    }
    return times;
  }

  private static void shuffle(double[] values, SplittableRandom random) {
    for (int i = values.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      double kept = values[i];
      values[i] = values[j];
      values[j] = kept;
    }
  }

  /** Prompts sorted once, so that a resample needs no sorting. */
  private static final class Resampled {

    private final int[] order;
    private final double[] scores;
    private final double[] gains;

    Resampled(double[] scores, double[] cheap, double[] strong) {
      this.order = GapCurve.descending(scores);
      this.scores = new double[scores.length];
      this.gains = new double[scores.length];
      for (int i = 0; i < order.length; i++) {
        this.scores[i] = scores[order[i]];
        this.gains[i] = strong[order[i]] - cheap[order[i]];
      }
    }

    GapCurve next(SplittableRandom random) {
      return of(draw(order.length, random));
    }

    /** Each prompt as often as it was drawn, numbered as they were given. */
    GapCurve of(int[] times) {
      double[] drawnScores = new double[order.length];
      double[] drawnGains = new double[order.length];
      int at = 0;
      for (int i = 0; i < order.length; i++) {
        for (int n = times[order[i]]; n > 0; n--) {
          drawnScores[at] = scores[i];
          drawnGains[at++] = gains[i];
        }
      }
      return GapCurve.ofDescending(drawnScores, drawnGains);
    }
  }
}
