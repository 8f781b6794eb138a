package io.penstock.streams.control.rollout;

import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.fleet.TargetStatus;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Target;
import java.time.Instant;
import java.util.Optional;

/**
 * The facts that a rollout is decided from.
 *
 * @param known whether anything fresh is known of the new variant's workers
 * @param workers live workers that serve the new variant
 * @param unhealthy why the new variant is not healthy; empty if it is, or nothing is known
 * @param drain what is left of the old variant
 * @param old results of the old variant
 * @param fresh results of the new one since the step began
 * @param evaluation how it did in shadow
 */
public record RolloutSight(
    boolean known,
    int workers,
    Optional<String> unhealthy,
    Drain drain,
    VariantFigures old,
    VariantFigures fresh,
    EvaluationFigures evaluation) {

  /** Takes what the fleet says of both variants. */
  public static RolloutSight of(
      Rollout rollout,
      FleetView fleet,
      VariantFigures old,
      VariantFigures fresh,
      EvaluationFigures evaluation,
      Drain drain,
      Instant now) {
    Optional<TargetStatus> ofNew = fleet.status(new Target(rollout.name(), rollout.to()), now);
    // A worker that states the model serves each of its variants.
    Optional<TargetStatus> ofModel = fleet.status(Target.ofModel(rollout.name()), now);
    int workers =
        Math.max(
            ofNew.map(TargetStatus::workers).orElse(0),
            ofModel.map(TargetStatus::workers).orElse(0));
    return new RolloutSight(
        ofNew.isPresent() || ofModel.isPresent(),
        workers,
        ofNew
            .filter(status -> status.health() == TargetHealth.UNHEALTHY)
            .map(status -> status.reason().isEmpty() ? "no reason given" : status.reason()),
        drain,
        old,
        fresh,
        evaluation);
  }

  /** Returns what is seen if nothing is known of the new variant's workers. */
  public RolloutSight withoutKnowledge() {
    return new RolloutSight(false, workers, unhealthy, drain, old, fresh, evaluation);
  }
}
