package io.penstock.streams.control.rollout;

import io.penstock.streams.control.observation.Judgement;
import io.penstock.streams.control.observation.Observation;
import java.util.OptionalDouble;
import org.HdrHistogram.Histogram;

/** Adds up results of one variant. This class is not thread-safe. */
final class VariantSample {

  private static final long HIGHEST_MILLIS = 24 * 3_600_000L;

  private final Histogram firstToken = new Histogram(HIGHEST_MILLIS, 2);
  private long results;
  private long errors;
  private long judged;
  private double scores;

  void add(Observation observation) {
    results++;
    if (!observation.succeeded()) {
      errors++;
    }
    observation
        .firstTokenMillis()
        .ifPresent(millis -> firstToken.recordValue(Math.min(HIGHEST_MILLIS, Math.round(millis))));
  }

  void add(Judgement judgement) {
    if (judgement.before().isPresent()) {
      scores += judgement.after() - judgement.before().getAsDouble();
    } else {
      judged++;
      scores += judgement.after();
    }
  }

  VariantFigures figures() {
    return new VariantFigures(
        results,
        errors,
        firstToken.getTotalCount() == 0
            ? OptionalDouble.empty()
            : OptionalDouble.of((double) firstToken.getValueAtPercentile(50)),
        judged,
        judged == 0 ? OptionalDouble.empty() : OptionalDouble.of(scores / judged));
  }
}
