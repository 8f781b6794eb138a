package io.penstock.streams.score.model;

import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.RoutingState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The routing topic at one moment, with running experiments found by what they are about. */
public final class RoutingRules {

  public static final RoutingRules NONE = new RoutingRules(RoutingState.EMPTY);

  private final RoutingState state;
  private final Map<String, List<Experiment>> running = new HashMap<>();

  public RoutingRules(RoutingState state) {
    this.state = state;
    state
        .all(Experiment.class)
        .filter(Experiment::isRunning)
        .forEach(
            experiment ->
                running
                    .computeIfAbsent(experiment.subject(), subject -> new ArrayList<>(1))
                    .add(experiment));
  }

  public RoutingState state() {
    return state;
  }

  /** The running experiments about a model, alias or alias policy, by name ascending. */
  public List<Experiment> running(String subject) {
    return running.getOrDefault(subject, List.of());
  }
}
