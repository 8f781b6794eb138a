package io.penstock.streams.score.complexity.evaluation;

import java.util.stream.IntStream;

/**
 * The part of the gap between a cheap and a strong model that is recovered, by the share of prompts
 * that the strong one answers, the prompts with the highest scores first. The metrics are
 * RouteLLM's (Ong et al., 2024): performance gap recovered (PGR), its average (APGR), and the share
 * of strong calls that recovers a part of the gap (CPT). They are taken here over every threshold,
 * not over ten; prompts of one score are taken as one, in no order.
 */
public final class GapCurve {

  private final double[] recovered;

  private GapCurve(double[] recovered) {
    this.recovered = recovered;
  }

  /**
   * The curve of these prompts.
   *
   * @param scores what orders them
   * @param cheap the cheap model's quality of each
   * @param strong the strong model's
   * @throws IllegalArgumentException where there is no prompt or the lengths differ
   */
  public static GapCurve of(double[] scores, double[] cheap, double[] strong) {
    if (scores.length == 0 || scores.length != cheap.length || scores.length != strong.length) {
      throw new IllegalArgumentException(
          "%d scores for %d and %d qualities; there must be one of each, and at least one prompt"
              .formatted(scores.length, cheap.length, strong.length));
    }
    int[] order = descending(scores);
    double[] sorted = new double[scores.length];
    double[] gains = new double[scores.length];
    for (int i = 0; i < order.length; i++) {
      sorted[i] = scores[order[i]];
      gains[i] = strong[order[i]] - cheap[order[i]];
    }
    return ofDescending(sorted, gains);
  }

  /** Positions by descending score, equal scores in their own order. */
  static int[] descending(double[] scores) {
    return IntStream.range(0, scores.length)
        .boxed()
        .sorted((a, b) -> Double.compare(scores[b], scores[a]))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  /**
   * Returns what the strong model adds to each prompt, prompts in descending order of their score.
   */
  static GapCurve ofDescending(double[] scores, double[] gains) {
    int count = scores.length;
    double[] recovered = new double[count + 1];
    int from = 0;
    while (from < count) {
      int to = from;
      double sum = 0;
      while (to < count && scores[to] == scores[from]) {
        sum += gains[to++];
      }
      double each = sum / (to - from);
      for (int i = from; i < to; i++) {
        recovered[i + 1] = recovered[i] + each;
      }
      from = to;
    }
    double gap = recovered[count];
    for (int i = 0; i <= count; i++) {
      recovered[i] = gap > 0 ? recovered[i] / gap : Double.NaN;
    }
    return new GapCurve(recovered);
  }

  /** Returns whether the strong model is better at all: without a gap every figure is NaN. */
  public boolean hasGap() {
    return !Double.isNaN(recovered[0]);
  }

  /**
   * The part of the gap recovered.
   *
   * @param share of prompts that the strong model answers, from 0 to 1
   * @return 0 at 0 and 1 at 1; may lie outside in between
   */
  public double at(double share) {
    double place = Math.clamp(share, 0, 1) * (recovered.length - 1);
    int below = (int) Math.min(Math.floor(place), recovered.length - 2.0);
    double part = place - below;
    return recovered[below] * (1 - part) + recovered[below + 1] * part;
  }

  /** APGR: the area under the curve; 0.5 for a random order, above 1 possible for a perfect one. */
  public double average() {
    double sum = 0;
    for (int i = 1; i < recovered.length; i++) {
      sum += (recovered[i] + recovered[i - 1]) / 2;
    }
    return sum / (recovered.length - 1);
  }

  /**
   * CPT: the least share of strong calls that recovers a part of the gap.
   *
   * @param part of the gap, above 0 and at most 1
   * @return from 0 to 1
   */
  public double shareFor(double part) {
    if (!(part > 0 && part <= 1)) {
      throw new IllegalArgumentException("part is " + part + "; it must be above 0 and at most 1");
    }
    for (int i = 1; i < recovered.length; i++) {
      if (recovered[i] >= part - 1e-12) {
        double step = (part - recovered[i - 1]) / (recovered[i] - recovered[i - 1]);
        return Math.min(1, (i - 1 + Math.min(1, step)) / (recovered.length - 1));
      }
    }
    return hasGap() ? 1 : Double.NaN;
  }
}
