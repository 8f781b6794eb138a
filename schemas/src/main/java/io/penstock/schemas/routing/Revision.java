package io.penstock.schemas.routing;

import java.time.Instant;

/**
 * The model registry as it was after a change, to look at and to go back to.
 *
 * @param name the revision's number, from 1
 * @param summary what the change did
 * @param appliedAt when
 * @param models the models as {@code penstock models apply} reads them, in JSON
 */
public record Revision(String name, String summary, Instant appliedAt, String models)
    implements RoutingDocument {

  public Revision {
    name = Field.name("revision", name);
  }
}
