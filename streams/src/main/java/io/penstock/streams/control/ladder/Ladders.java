package io.penstock.streams.control.ladder;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.score.service.ServiceLevels;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The ladders of all models. What is in force stands in the routing state; only since when a change
 * is due is remembered here, and begins anew after a restart. This class is not thread-safe.
 */
public final class Ladders {

  /** How often the pressure of a model on a rung is written while the rungs stay. */
  private static final Duration REFRESH = Duration.ofSeconds(30);

  private final ServiceLevels levels;
  private final Map<String, LadderPolicy.Holding> holding = new HashMap<>();
  private final Map<String, Map<ServiceClass, Double>> pressures = new HashMap<>();
  private final Map<String, Instant> written = new HashMap<>();

  public Ladders(ServiceLevels levels) {
    this.levels = levels;
  }

  /** The documents to write. */
  public sealed interface Change {

    record Put(Degradation degradation, String reason) implements Change {}

    record Remove(String model, String reason) implements Change {}
  }

  /** Decides for every model. */
  public List<Change> step(
      RoutingState routing, ModelCatalog models, FleetView fleet, Instant now) {
    Set<String> names = new HashSet<>();
    models.models().forEach(model -> names.add(model.getName()));
    fleet.targets().stream().map(Target::model).forEach(names::add);
    routing.all(Degradation.class).map(Degradation::name).forEach(names::add);
    pressures.keySet().retainAll(names);
    holding.keySet().retainAll(names);
    written.keySet().retainAll(names);
    List<Change> changes = new ArrayList<>();
    for (String model : names) {
      step(model, routing, fleet, now).ifPresent(changes::add);
    }
    return changes;
  }

  private Optional<Change> step(String model, RoutingState routing, FleetView fleet, Instant now) {
    Optional<DegradationLadder> ladder = routing.ladder(model);
    Optional<Degradation> present = routing.degradation(model);
    if (ladder.isEmpty()) {
      pressures.remove(model);
      return present.map(each -> new Change.Remove(model, "it has no ladder any more"));
    }
    Map<ServiceClass, Double> pressure = Pressure.of(model, fleet, levels, now);
    pressures.put(model, pressure);
    LadderPolicy.Step step =
        LadderPolicy.decide(
            ladder.get(),
            present.map(Degradation::active).orElse(List.of()),
            holding.getOrDefault(model, LadderPolicy.Holding.NONE),
            pressure,
            now);
    holding.put(model, step.holding());
    if (step.reason().isPresent()) {
      String reason = step.reason().get();
      written.put(model, now);
      return Optional.of(
          step.active().isEmpty()
              ? new Change.Remove(model, reason)
              : new Change.Put(new Degradation(model, step.active(), pressure, now), reason));
    }
    return present.flatMap(each -> refresh(each, pressure, now));
  }

  private Optional<Change> refresh(
      Degradation present, Map<ServiceClass, Double> pressure, Instant now) {
    Instant last = written.computeIfAbsent(present.name(), model -> now);
    if (now.isBefore(last.plus(REFRESH)) || alike(present.pressure(), pressure)) {
      return Optional.empty();
    }
    written.put(present.name(), now);
    return Optional.of(
        new Change.Put(
            new Degradation(present.name(), present.active(), pressure, present.since()),
            "pressure"));
  }

  private static boolean alike(Map<ServiceClass, Double> one, Map<ServiceClass, Double> other) {
    return other.entrySet().stream()
        .allMatch(
            each ->
                Math.abs(one.getOrDefault(each.getKey(), 0.0) - each.getValue())
                    <= 0.2 * Math.max(0.1, each.getValue()));
  }

  /** The pressure by model that has a ladder, as of the last step. */
  public Map<String, Map<ServiceClass, Double>> pressures() {
    return Map.copyOf(pressures);
  }
}
