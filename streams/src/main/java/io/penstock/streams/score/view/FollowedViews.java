package io.penstock.streams.score.view;

import io.penstock.streams.score.model.Situation;
import java.time.Instant;

/** All topics that scoring follows. Safe for use by many threads. */
public record FollowedViews(ModelView models, RoutingView routing, FleetFollower fleet) {

  /** What is known now. */
  public Situation situation(Instant now) {
    return new Situation(models.catalog(), routing.rules(), fleet.view(), now);
  }
}
