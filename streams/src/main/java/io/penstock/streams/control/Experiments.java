package io.penstock.streams.control;

import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.streams.control.experiment.ExperimentStatistics;
import io.penstock.streams.control.experiment.GuardrailPolicy;
import io.penstock.streams.control.observation.Judgement;
import io.penstock.streams.control.observation.Observation;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The running experiments, with what was measured of their arms. An instance belongs to one thread.
 */
final class Experiments {

  private final Map<String, ExperimentStatistics> running = new HashMap<>();

  private static Stream<Experiment> running(RoutingState routing) {
    return routing.all(Experiment.class).filter(Experiment::isRunning);
  }

  /** The time from which results are needed; empty while nothing runs. */
  static Optional<Instant> neededFrom(RoutingState routing) {
    return running(routing)
        .map(Experiment::startedAt)
        .flatMap(Stream::ofNullable)
        .min(Instant::compareTo);
  }

  void restart(RoutingState routing) {
    running.clear();
    follow(routing);
  }

  void follow(RoutingState routing) {
    running
        .entrySet()
        .removeIf(
            each ->
                running(routing)
                    .noneMatch(
                        experiment ->
                            experiment.name().equals(each.getKey())
                                && each.getValue().isOf(experiment)));
    running(routing)
        .forEach(
            experiment ->
                running.computeIfAbsent(
                    experiment.name(), name -> new ExperimentStatistics(experiment)));
  }

  void add(Observation observation) {
    if (observation.experiment() != null) {
      ExperimentStatistics statistics = running.get(observation.experiment());
      if (statistics != null) {
        statistics.add(observation);
      }
    }
  }

  void add(Judgement judgement) {
    String experiment = judgement.observation().experiment();
    if (experiment != null) {
      ExperimentStatistics statistics = running.get(experiment);
      if (statistics != null) {
        statistics.add(judgement);
      }
    }
  }

  /** Stops arms that break a guardrail. */
  void step(RoutingState routing, Instant now, Decisions decisions) {
    running(routing)
        .forEach(
            experiment -> {
              ExperimentStatistics statistics = running.get(experiment.name());
              if (statistics != null) {
                GuardrailPolicy.decide(experiment, statistics)
                    .ifPresent(stop -> decisions.put(stop.experiment(), stop.reason()));
              }
            });
  }
}
