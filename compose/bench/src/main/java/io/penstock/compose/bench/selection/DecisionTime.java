package io.penstock.compose.bench.selection;

import io.penstock.streams.score.complexity.ComplexityPredictor;
import java.util.List;
import org.HdrHistogram.Histogram;

/**
 * The time that one estimate takes on one thread that does nothing else, in microseconds.
 *
 * @param count estimates measured, after the warm-up
 */
record DecisionTime(double p50Micros, double p99Micros, long count) {

  private static final long LONGEST_NANOS = 10_000_000_000L;

  /** Measures over these prompts in turn. */
  static DecisionTime of(
      ComplexityPredictor predictor, List<String> prompts, int warmUp, int count) {
    double kept = 0;
    for (int i = 0; i < warmUp; i++) {
      kept += predictor.estimate(prompts.get(i % prompts.size())).gain();
    }
    Histogram nanos = new Histogram(LONGEST_NANOS, 3);
    for (int i = 0; i < count; i++) {
      String prompt = prompts.get(i % prompts.size());
      long began = System.nanoTime();
      kept += predictor.estimate(prompt).gain();
      nanos.recordValue(Math.min(LONGEST_NANOS, System.nanoTime() - began));
    }
    if (Double.isNaN(kept)) {
      throw new IllegalStateException("an estimate is no number");
    }
    return new DecisionTime(
        nanos.getValueAtPercentile(50) / 1e3, nanos.getValueAtPercentile(99) / 1e3, count);
  }

  /** A prompt of about this many tokens, four characters each, out of the tests' own text. */
  static String longPrompt(List<String> prompts, int tokens) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; text.length() < 4 * tokens; i++) {
      text.append(prompts.get(i % prompts.size())).append('\n');
    }
    return text.substring(0, 4 * tokens);
  }
}
