package io.penstock.streams.control.experiment;

import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Experiment.Metric;

/** Estimates of arms and of their differences to the control. */
final class Comparison {

  /** The interval is narrowest when the arms have some times the results that are asked for. */
  private static final double TIMES_LEAST = 5;

  private final Experiment experiment;
  private final ExperimentStatistics statistics;

  Comparison(Experiment experiment, ExperimentStatistics statistics) {
    this.experiment = experiment;
    this.statistics = statistics;
  }

  /** An arm's mean of a metric. */
  Estimate mean(String arm, Metric metric) {
    UnitMoments moments = statistics.arm(arm).of(metric);
    ConfidenceSequence sequence =
        new ConfidenceSequence(1 - experiment.confidence(), TIMES_LEAST * experiment.minPerArm());
    return Estimate.around(
        moments.mean(), sequence.radius(moments.units(), moments.varianceOfMean()));
  }

  /**
   * An arm's mean less the control's. The error is shared out over the arms (Bonferroni), so that
   * with several of them too it is rarely wrong about any.
   */
  Estimate difference(String arm, Metric metric) {
    UnitMoments one = statistics.arm(arm).of(metric);
    UnitMoments control = statistics.arm(control()).of(metric);
    double alpha = (1 - experiment.confidence()) / (experiment.arms().size() - 1);
    ConfidenceSequence sequence =
        new ConfidenceSequence(alpha, 2 * TIMES_LEAST * experiment.minPerArm());
    boolean enough = one.units() >= 2 && control.units() >= 2;
    return Estimate.around(
        one.mean() - control.mean(),
        enough
            ? sequence.radius(
                one.units() + control.units(), one.varianceOfMean() + control.varianceOfMean())
            : Double.POSITIVE_INFINITY);
  }

  /** Returns whether an arm and the control have enough results for anything to be decided. */
  boolean enough(String arm, Metric metric) {
    return statistics.arm(arm).of(metric).values() >= experiment.minPerArm()
        && statistics.arm(control()).of(metric).values() >= experiment.minPerArm()
        && statistics.arm(arm).of(metric).units() >= 10
        && statistics.arm(control()).of(metric).units() >= 10;
  }

  /** Returns whether it is established that an arm is better than the control. */
  boolean better(String arm, Metric metric) {
    Estimate difference = difference(arm, metric);
    return enough(arm, metric)
        && (metric.higherIsBetter() ? difference.positive() : difference.negative());
  }

  /** Returns whether it is established that an arm is worse than the control. */
  boolean worse(String arm, Metric metric) {
    Estimate difference = difference(arm, metric);
    return enough(arm, metric)
        && (metric.higherIsBetter() ? difference.negative() : difference.positive());
  }

  String control() {
    return experiment.arms().getFirst().name();
  }
}
