package io.penstock.streams.score.model;

import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import java.time.Instant;
import java.util.function.ToDoubleFunction;

/**
 * Everything that a choice depends on besides the request, as known at one moment.
 *
 * @param admitted what this process has admitted of a tenant and has no end of yet, at its
 *     predicted cost
 */
public record RoutingContext(
    ModelCatalog catalog,
    RoutingRules routing,
    FleetView fleet,
    ToDoubleFunction<String> admitted,
    Instant now) {

  /** A context in which this process has admitted nothing. */
  public RoutingContext(ModelCatalog catalog, RoutingRules routing, FleetView fleet, Instant now) {
    this(catalog, routing, fleet, tenant -> 0, now);
  }

  /** Models of which nothing more is known, and no rules. */
  public static RoutingContext of(ModelCatalog catalog, Instant now) {
    return new RoutingContext(catalog, RoutingRules.NONE, FleetView.EMPTY, now);
  }

  /**
   * The predicted cost of what waits or runs of a tenant: as dispatch says, or what this process
   * alone knows of, if that is more. The two count mostly the same requests, so they are not added.
   */
  double committed(String tenant) {
    return Math.max(admitted.applyAsDouble(tenant), fleet.committed(tenant));
  }
}
