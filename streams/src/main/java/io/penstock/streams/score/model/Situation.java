package io.penstock.streams.score.model;

import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import java.time.Instant;

/** All that a choice depends on besides the request: what is known at one moment. */
public record Situation(ModelCatalog catalog, RoutingRules routing, FleetView fleet, Instant now) {

  /** Models of which nothing more is known, and no rules. */
  public static Situation of(ModelCatalog catalog, Instant now) {
    return new Situation(catalog, RoutingRules.NONE, FleetView.EMPTY, now);
  }
}
