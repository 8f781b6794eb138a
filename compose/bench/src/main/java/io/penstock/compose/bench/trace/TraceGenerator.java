package io.penstock.compose.bench.trace;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Makes up a trace that resembles the Azure LLM inference trace of 2023: code and conversation on
 * one clock, lengths lognormal, code in bursts.
 *
 * <p>Conversations arrive as a Poisson process; code as a Poisson process whose rate is redrawn
 * every ten seconds from a lognormal distribution of mean 1, so that the busiest ten seconds of an
 * hour are about ten times the mean, as in the trace. Both mixtures together have the trace's
 * median and 99th percentile of input (1046, 7435) and output (90, 581) tokens within a fifth.
 *
 * @param seconds how long the trace is
 * @param conversationsPerSecond mean arrivals
 * @param codePerSecond mean arrivals
 */
public record TraceGenerator(double seconds, double conversationsPerSecond, double codePerSecond) {

  /** Ten minutes at the trace's own rates: 19,366 conversations and 8,819 code in 58 minutes. */
  public static final TraceGenerator DEFAULT = new TraceGenerator(600, 5.5, 2.5);

  private static final double BURST_SECONDS = 10;
  private static final double BURST_SIGMA = 1.25;
  private static final Lengths CONVERSATION = new Lengths(900, 0.95, 4200, 150, 0.85, 620);
  private static final Lengths CODE = new Lengths(1300, 1.2, 7437, 16, 1.0, 600);

  private record Lengths(
      double inputMedian,
      double inputSigma,
      int inputMost,
      double outputMedian,
      double outputSigma,
      int outputMost) {

    TraceRow row(double second, String type, SplittableRandom random) {
      return new TraceRow(
          second * 1000,
          tokens(inputMedian, inputSigma, inputMost, random),
          tokens(outputMedian, outputSigma, outputMost, random),
          "azure-" + type,
          type);
    }

    private static int tokens(double median, double sigma, int most, SplittableRandom random) {
      double tokens = median * Math.exp(sigma * random.nextGaussian());
      return Math.clamp(Math.round(tokens), 1, most);
    }
  }

  public TraceGenerator {
    if (!(seconds > 0 && conversationsPerSecond >= 0 && codePerSecond >= 0)) {
      throw new IllegalArgumentException("a trace has a positive length and rates of 0 or more");
    }
  }

  /** The same seed gives the same trace. */
  public List<TraceRow> generate(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<TraceRow> rows = new ArrayList<>();
    for (double start = 0; start < seconds; start += BURST_SECONDS) {
      double length = Math.min(BURST_SECONDS, seconds - start);
      arrivals(start, length, conversationsPerSecond, "conv", CONVERSATION, random, rows);
      double burst = Math.exp(BURST_SIGMA * random.nextGaussian() - BURST_SIGMA * BURST_SIGMA / 2);
      arrivals(start, length, codePerSecond * burst, "code", CODE, random, rows);
    }
    rows.sort(Comparator.comparingDouble(TraceRow::arrivalMillis));
    return List.copyOf(rows);
  }

  private static void arrivals(
      double start,
      double length,
      double rate,
      String type,
      Lengths lengths,
      SplittableRandom random,
      List<TraceRow> rows) {
    double at = random.nextExponential() / rate;
    while (at < length) {
      rows.add(lengths.row(start + at, type, random));
      at += random.nextExponential() / rate;
    }
  }
}
