package io.penstock.streams.control.experiment;

import io.penstock.schemas.policies.ExperimentCommands;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Experiment.Arm;
import io.penstock.schemas.routing.Experiment.Guardrails;
import io.penstock.schemas.routing.Experiment.Metric;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Stops an arm that does worse than the control: its figure is beyond the guardrail, and that it is
 * worse at all is established, so that chance in few results stops nobody.
 */
public final class GuardrailPolicy {

  private GuardrailPolicy() {}

  /**
   * An arm is stopped.
   *
   * @param experiment as it is to be written
   */
  public record Stop(Experiment experiment, String reason) {}

  /** The first arm that is to be stopped, if any. */
  public static Optional<Stop> decide(Experiment experiment, ExperimentStatistics statistics) {
    Comparison comparison = new Comparison(experiment, statistics);
    List<Arm> arms = experiment.arms();
    for (Arm arm : arms.subList(1, arms.size())) {
      if (arm.stopped() == null) {
        Optional<String> reason = broken(experiment.guardrails(), comparison, arm.name());
        if (reason.isPresent()) {
          return Optional.of(
              new Stop(
                  ExperimentCommands.withStopped(experiment, arm.name(), reason.get()),
                  "arm %s stopped: %s".formatted(arm.name(), reason.get())));
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<String> broken(Guardrails limits, Comparison comparison, String arm) {
    return fall(comparison, arm, Metric.SUCCESS, "error rate", limits.maxErrorRateIncrease())
        .or(
            () ->
                ratio(
                    comparison,
                    arm,
                    Metric.FIRST_TOKEN_MS,
                    "mean time to first token",
                    limits.maxLatencyRatio()))
        .or(() -> ratio(comparison, arm, Metric.COST, "mean cost", limits.maxCostRatio()))
        .or(() -> fall(comparison, arm, Metric.FEEDBACK, "feedback", limits.maxFeedbackDrop()));
  }

  /** A share that may not fall by more than so much. */
  private static Optional<String> fall(
      Comparison comparison, String arm, Metric metric, String what, @Nullable Double most) {
    if (most == null || !comparison.worse(arm, metric)) {
      return Optional.empty();
    }
    double loss = -comparison.difference(arm, metric).value();
    return loss > most
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "%s worse than the control's by %.3f, more than %.3f",
                what,
                loss,
                most))
        : Optional.empty();
  }

  /** A figure that may not be more than so many times the control's. */
  private static Optional<String> ratio(
      Comparison comparison, String arm, Metric metric, String what, @Nullable Double most) {
    if (most == null || !comparison.worse(arm, metric)) {
      return Optional.empty();
    }
    double control = comparison.mean(comparison.control(), metric).value();
    double own = comparison.mean(arm, metric).value();
    return own > most * control
        ? Optional.of(
            String.format(
                Locale.ROOT,
                "%s %.4g against the control's %.4g, more than %.2f times",
                what,
                own,
                control,
                most))
        : Optional.empty();
  }
}
