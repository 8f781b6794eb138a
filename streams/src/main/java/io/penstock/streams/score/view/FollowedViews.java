package io.penstock.streams.score.view;

import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.models.PredictedCost;
import io.penstock.schemas.routing.EvaluationIds;
import io.penstock.streams.score.model.RoutingContext;
import io.penstock.streams.score.spend.AdmittedCost;
import java.time.Instant;

/**
 * All topics that scoring follows, and what it has admitted itself. Instances are thread-safe.
 *
 * @param admitted shared by all that score in this process
 */
public record FollowedViews(
    ModelView models, RoutingView routing, FleetFollower fleet, AdmittedCost admitted) {

  /** Returns what is known now. */
  public RoutingContext routingContext(Instant now) {
    return new RoutingContext(
        models.catalog(), routing.rules(), fleet.view(), tenant -> admitted.of(tenant, now), now);
  }

  /** Notes what was passed on to dispatch, if it counts for a budget. */
  public void admitted(ScoredRequest request) {
    String tenant = request.getTenant();
    boolean counts =
        !EvaluationIds.isEvaluation(tenant, request.getId())
            && routing
                .rules()
                .state()
                .tenant(tenant)
                .filter(policy -> !policy.budgets().isEmpty())
                .isPresent();
    if (counts) {
      admitted.admit(tenant, request.getId(), PredictedCost.of(request), request.getDeadline());
    }
  }
}
