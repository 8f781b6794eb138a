package io.penstock.schemas.routing;

import io.penstock.schemas.ServiceClass;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * The steps of its ladder that a model is on now; removed when it is on none.
 *
 * @param name the model
 * @param active the rungs in force, the mildest first
 * @param pressure by class, when it was written
 * @param since when the last rung was entered or left
 */
public record Degradation(
    String name,
    List<DegradationLadder.Rung> active,
    Map<ServiceClass, Double> pressure,
    Instant since)
    implements RoutingDocument {

  public Degradation {
    name = Field.name("model", name);
    active = Field.list(active);
    pressure = pressure == null ? Map.of() : Map.copyOf(pressure);
  }

  /** Returns whether a rung with this action is in force. */
  public boolean has(DegradationLadder.Action action) {
    return active.stream().anyMatch(rung -> rung.action() == action);
  }
}
