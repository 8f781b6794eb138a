package io.penstock.streams.control.experiment;

import io.penstock.schemas.routing.Experiment.Metric;
import java.util.EnumMap;
import java.util.Map;

/** The statistics of one arm. This class is not thread-safe. */
final class ArmStatistics {

  private final Map<Metric, UnitMoments> moments = new EnumMap<>(Metric.class);

  ArmStatistics() {
    for (Metric metric : Metric.values()) {
      moments.put(metric, new UnitMoments(metric == Metric.SUCCESS));
    }
  }

  UnitMoments of(Metric metric) {
    return moments.get(metric);
  }

  /** Every result says whether it succeeded, so this counts the units of the arm. */
  long units() {
    return of(Metric.SUCCESS).units();
  }

  long results() {
    return of(Metric.SUCCESS).values();
  }
}
