package io.penstock.streams.control.rollout;

import io.penstock.schemas.routing.Rollout.Gates;
import java.util.Locale;
import java.util.Optional;

/** Tells whether a gate is broken. */
final class Breach {

  private Breach() {}

  /** Returns which gate the new variant breaks, with the figures; empty while none. */
  static Optional<String> of(Gates gates, VariantFigures old, VariantFigures fresh) {
    if (fresh.results() < gates.minSample()) {
      return Optional.empty();
    }
    return errorRate(gates, fresh)
        .or(() -> errorRateIncrease(gates, old, fresh))
        .or(() -> latency(gates, old, fresh))
        .or(() -> feedback(gates, old, fresh));
  }

  private static Optional<String> errorRate(Gates gates, VariantFigures fresh) {
    Double most = gates.maxErrorRate();
    return most != null && fresh.errorRate() > most
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "error rate %s above %s (%d of %d results)",
                percent(fresh.errorRate()),
                percent(most),
                fresh.errors(),
                fresh.results()))
        : Optional.empty();
  }

  private static Optional<String> errorRateIncrease(
      Gates gates, VariantFigures old, VariantFigures fresh) {
    Double most = gates.maxErrorRateIncrease();
    return most != null
            && old.results() >= gates.minSample()
            && fresh.errorRate() - old.errorRate() > most
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "error rate %s against the old variant's %s: more than %s higher",
                percent(fresh.errorRate()),
                percent(old.errorRate()),
                percent(most)))
        : Optional.empty();
  }

  private static Optional<String> latency(Gates gates, VariantFigures old, VariantFigures fresh) {
    Double most = gates.maxLatencyRatio();
    if (most == null
        || old.results() < gates.minSample()
        || old.medianFirstTokenMillis().isEmpty()
        || fresh.medianFirstTokenMillis().isEmpty()) {
      return Optional.empty();
    }
    double before = Math.max(1, old.medianFirstTokenMillis().getAsDouble());
    double now = fresh.medianFirstTokenMillis().getAsDouble();
    return now > most * before
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "median time to first token %.0f ms against the old variant's %.0f ms: more than"
                    + " %.2f times",
                now,
                before,
                most))
        : Optional.empty();
  }

  private static Optional<String> feedback(Gates gates, VariantFigures old, VariantFigures fresh) {
    Double most = gates.maxFeedbackDrop();
    if (most == null || old.judged() < gates.minSample() || fresh.judged() < gates.minSample()) {
      return Optional.empty();
    }
    double before = old.feedback().orElseThrow();
    double now = fresh.feedback().orElseThrow();
    return before - now > most
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "mean feedback %.3f against the old variant's %.3f: more than %.3f lower",
                now,
                before,
                most))
        : Optional.empty();
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }
}
