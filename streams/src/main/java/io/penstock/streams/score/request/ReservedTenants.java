package io.penstock.streams.score.request;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.routing.EvaluationIds;
import io.penstock.schemas.routing.RoutingState;
import java.util.Optional;

/** Keeps the names of Penstock's own tenants for rollouts and what they ask. */
public final class ReservedTenants {

  /** What these names begin with. */
  static final String PREFIX = "penstock-";

  private ReservedTenants() {}

  /**
   * Refuses a request whose tenant's name is not its requester's to use.
   *
   * @param routing the rollouts as they are now
   */
  public static Optional<Refusal> check(InferenceRequest request, RoutingState routing) {
    String tenant = request.getTenant();
    if (!tenant.startsWith(PREFIX)
        || (tenant.equals(EvaluationIds.TENANT)
            && EvaluationIds.asks(routing, request.getId(), request.getModel()))) {
      return Optional.empty();
    }
    return Optional.of(
        new Refusal(
            RefusalCode.INVALID_TENANT,
            "tenant",
            "tenant is %s; names that begin with '%s' are reserved for Penstock's own requests; use"
                    .formatted(Abbreviated.quote(tenant), PREFIX)
                + " another name"));
  }
}
