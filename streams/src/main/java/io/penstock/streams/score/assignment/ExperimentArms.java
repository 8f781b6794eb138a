package io.penstock.streams.score.assignment;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.routing.Experiment;
import io.penstock.streams.score.hash.StableHash;
import java.util.Optional;

/**
 * Assigns a request to an arm of an experiment. The assignment is sticky: a unit stays in its arm
 * as long as arms and weights stay, since its place is a hash with the experiment's name as salt.
 * The units of an arm that was stopped go to the control, those of the others stay where they are.
 */
public final class ExperimentArms {

  private ExperimentArms() {}

  /** The arm; empty if the request takes no part: it lacks the unit, or the control is stopped. */
  public static Optional<Experiment.Arm> of(Experiment experiment, InferenceRequest request) {
    return unit(experiment, request)
        .map(unit -> drawn(experiment, unit))
        .map(arm -> arm.stopped() == null ? arm : experiment.arms().getFirst())
        .filter(arm -> arm.stopped() == null);
  }

  /**
   * Returns what is assigned as one: the request's id, its tenant or the value of its attribute.
   */
  public static Optional<String> unit(Experiment experiment, InferenceRequest request) {
    Experiment.Unit unit = experiment.unit();
    return switch (unit.by()) {
      case REQUEST -> Optional.of(request.getId());
      case TENANT -> Optional.of(request.getTenant());
      case ATTRIBUTE ->
          Optional.ofNullable(request.getAttributes().get(unit.attribute()))
              .filter(value -> !value.isBlank());
    };
  }

  private static Experiment.Arm drawn(Experiment experiment, String unit) {
    long total = experiment.arms().stream().mapToLong(Experiment.Arm::weight).sum();
    long hash = new StableHash().add("experiment").add(experiment.name()).add(unit).value();
    long point = Long.remainderUnsigned(hash, total);
    for (Experiment.Arm arm : experiment.arms()) {
      point -= arm.weight();
      if (point < 0) {
        return arm;
      }
    }
    throw new AssertionError("weights add up to less than their sum");
  }
}
