package io.penstock.streams.control.experiment;

import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Experiment.Arm;
import io.penstock.schemas.routing.Experiment.Metric;
import io.penstock.schemas.routing.Target;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An experiment as its results stand. Its intervals hold at all times at once: it may be looked at
 * as often as one likes, and stopped at any look.
 *
 * @param experiment its name
 * @param metric what decides
 * @param confidence of all intervals and decisions together
 * @param arms the control first
 * @param winner the arm that is established to be better than the control; null: none yet
 * @param verdict what can be said, for a person
 * @param sampleRatioP how likely so uneven a split of units is by chance; null once an arm is
 *     stopped
 * @param warnings what to look into before the figures are believed
 */
public record ExperimentReport(
    String experiment,
    Metric metric,
    double confidence,
    List<ArmReport> arms,
    @Nullable String winner,
    String verdict,
    @Nullable Double sampleRatioP,
    List<String> warnings) {

  /** Below this a split of units is not by chance. */
  private static final double UNLIKELY = 0.0005;

  /**
   * One arm.
   *
   * @param units of assignment
   * @param results of all units
   * @param stopped why it was stopped, or null
   */
  public record ArmReport(
      String arm,
      Target target,
      int weight,
      long units,
      long results,
      @Nullable String stopped,
      List<Row> metrics) {}

  /**
   * One metric of an arm. Intervals without bound are null: there are too few units.
   *
   * @param n values that were measured
   * @param difference the mean less the control's; null for the control
   * @param established whether the difference is not 0
   */
  public record Row(
      Metric metric,
      long n,
      double mean,
      @Nullable Double low,
      @Nullable Double high,
      @Nullable Double difference,
      @Nullable Double differenceLow,
      @Nullable Double differenceHigh,
      boolean established) {}

  public static ExperimentReport of(Experiment experiment, ExperimentStatistics statistics) {
    Comparison comparison = new Comparison(experiment, statistics);
    List<ArmReport> arms = new ArrayList<>();
    for (Arm arm : experiment.arms()) {
      ArmStatistics of = statistics.arm(arm.name());
      List<Row> rows = new ArrayList<>();
      for (Metric metric : Metric.values()) {
        if (of.of(metric).values() > 0) {
          rows.add(row(comparison, arm.name(), metric, of.of(metric).values()));
        }
      }
      arms.add(
          new ArmReport(
              arm.name(),
              arm.target(),
              arm.weight(),
              of.units(),
              of.results(),
              arm.stopped(),
              rows));
    }
    Metric metric = experiment.metric();
    String winner = winner(experiment, comparison, metric);
    Double ratio = sampleRatio(experiment, arms);
    return new ExperimentReport(
        experiment.name(),
        metric,
        experiment.confidence(),
        arms,
        winner,
        verdict(experiment, comparison, metric, winner),
        ratio,
        warnings(statistics, ratio));
  }

  private static Row row(Comparison comparison, String arm, Metric metric, long n) {
    Estimate mean = comparison.mean(arm, metric);
    boolean control = arm.equals(comparison.control());
    Estimate difference = comparison.difference(arm, metric);
    boolean share = metric == Metric.SUCCESS || metric == Metric.FEEDBACK;
    return new Row(
        metric,
        n,
        mean.value(),
        finite(share ? Math.max(0, mean.low()) : mean.low()),
        finite(share ? Math.min(1, mean.high()) : mean.high()),
        control ? null : difference.value(),
        control ? null : finite(difference.low()),
        control ? null : finite(difference.high()),
        !control && (comparison.better(arm, metric) || comparison.worse(arm, metric)));
  }

  private static @Nullable Double finite(double value) {
    return Double.isFinite(value) ? value : null;
  }

  private static @Nullable String winner(
      Experiment experiment, Comparison comparison, Metric metric) {
    String best = null;
    double most = 0;
    for (Arm arm : experiment.arms().subList(1, experiment.arms().size())) {
      double gain =
          comparison.difference(arm.name(), metric).value() * (metric.higherIsBetter() ? 1 : -1);
      if (arm.stopped() == null && comparison.better(arm.name(), metric) && gain > most) {
        best = arm.name();
        most = gain;
      }
    }
    return best;
  }

  private static String verdict(
      Experiment experiment, Comparison comparison, Metric metric, @Nullable String winner) {
    if (winner != null) {
      Estimate gain = comparison.difference(winner, metric);
      return String.format(
          Locale.ROOT,
          "%s is better than %s: %s differs by %.4g, between %.4g and %.4g",
          winner,
          comparison.control(),
          metric,
          gain.value(),
          gain.low(),
          gain.high());
    }
    List<String> worse = new ArrayList<>();
    boolean enough = true;
    for (Arm arm : experiment.arms().subList(1, experiment.arms().size())) {
      enough &= comparison.enough(arm.name(), metric);
      if (comparison.worse(arm.name(), metric)) {
        worse.add(arm.name());
      }
    }
    if (!worse.isEmpty()) {
      return "%s: worse than %s by %s"
          .formatted(String.join(", ", worse), comparison.control(), metric);
    }
    return enough
        ? "no difference is established yet"
        : "too few results: %d are needed in each arm".formatted(experiment.minPerArm());
  }

  private static @Nullable Double sampleRatio(Experiment experiment, List<ArmReport> arms) {
    if (arms.stream().anyMatch(arm -> arm.stopped() != null)) {
      return null;
    }
    return SampleRatio.probability(
        arms.stream().mapToLong(ArmReport::units).toArray(),
        experiment.arms().stream().mapToInt(Arm::weight).toArray());
  }

  private static List<String> warnings(ExperimentStatistics statistics, @Nullable Double ratio) {
    List<String> warnings = new ArrayList<>();
    if (ratio != null && ratio < UNLIKELY) {
      warnings.add(
          String.format(
              Locale.ROOT,
              "units are split unlike the weights (p = %.2g): something loses or adds results of"
                  + " an arm, so do not trust the comparison",
              ratio));
    }
    if (statistics.leftOut() > 0) {
      warnings.add(
          "%d values were left out: their unit was first seen in another arm, or units are more than %d"
              .formatted(statistics.leftOut(), ExperimentStatistics.MOST_UNITS));
    }
    return warnings;
  }
}
