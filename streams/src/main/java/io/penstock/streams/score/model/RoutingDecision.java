package io.penstock.streams.score.model;

import io.penstock.schemas.routing.Experiment;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.prediction.PriceHours;
import io.penstock.streams.score.request.Refusal;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What was decided about a request.
 *
 * @param chosen what serves it, the output's limit already lowered
 * @param failover other variants of the chosen model
 * @param ranked all options, the best first, the chosen one perhaps among them
 * @param excluded why others were ruled out, by target
 * @param reason why, for a person
 * @param degradations what overload or a budget took from it
 */
record RoutingDecision(
    Forecast chosen,
    List<Forecast> failover,
    List<Ranking> ranked,
    Map<String, Refusal> excluded,
    String reason,
    Optional<Assigned> assigned,
    OptionalLong outputLimit,
    Optional<PriceHours.Cheaper> deferred,
    List<String> degradations) {

  /**
   * The arm of an experiment that a request was assigned to.
   *
   * @param unit what was assigned as one
   */
  record Assigned(Experiment experiment, Experiment.Arm arm, String unit, ModelOption option) {}
}
