package io.penstock.schemas.policies;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.models.VariantState;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.State;
import io.penstock.schemas.routing.RoutingState;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * The commands of a person on a rollout, as functions from the present state to the documents to
 * write. They refuse with an {@link IllegalArgumentException} that names the remedy.
 */
public final class RolloutCommands {

  private static final Set<State> ENDED = EnumSet.of(State.COMPLETED, State.ROLLED_BACK);

  private RolloutCommands() {}

  /**
   * Starts a rollout.
   *
   * @param wanted its plan; state and figures are set here
   * @throws IllegalArgumentException if the model lacks the variants, the new one serves already,
   *     or one is under way
   */
  public static Rollout start(
      RoutingState state, ModelCatalog models, Rollout wanted, Instant now) {
    ModelSpec model =
        models
            .resolve(wanted.name())
            .filter(each -> each.getName().equals(wanted.name()))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no model '%s'; see 'penstock models list'"
                            .formatted(wanted.name())));
    ModelVariant from = variant(model, "from", wanted.from());
    ModelVariant to = variant(model, "to", wanted.to());
    if (!VariantState.takesNew(from)) {
      throw new IllegalArgumentException(
          "variant '%s' is %s with weight %d; roll out from one that is active"
              .formatted(from.getName(), from.getState(), from.getWeight()));
    }
    if (VariantState.takesNew(to)) {
      throw new IllegalArgumentException(
          "variant '%s' is active already, with weight %d; apply it with state: shadow first"
              .formatted(to.getName(), to.getWeight()));
    }
    state
        .rollout(wanted.name())
        .filter(present -> !ENDED.contains(present.state()))
        .ifPresent(
            present -> {
              throw new IllegalArgumentException(
                  "a rollout of '%s' to '%s' is %s already; roll it back first"
                      .formatted(present.name(), present.to(), present.state()));
            });
    return RolloutTransitions.to(wanted, State.REGISTERED, -1, 0, "started", Map.of(), now);
  }

  private static ModelVariant variant(ModelSpec model, String field, String name) {
    return model.getVariants().stream()
        .filter(each -> each.getName().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "%s is '%s', which is no variant of '%s'; it has %s"
                        .formatted(
                            field,
                            name,
                            model.getName(),
                            model.getVariants().isEmpty()
                                ? "none: apply the model with variants first"
                                : model.getVariants().stream()
                                    .map(ModelVariant::getName)
                                    .collect(Collectors.joining(", ")))));
  }

  /** Holds it at its share until it is resumed. */
  public static Rollout pause(RoutingState state, String model, String reason, Instant now) {
    Rollout rollout = underWay(state, model);
    if (rollout.state() == State.PAUSED) {
      throw new IllegalArgumentException(
          "the rollout of '%s' is paused already: %s".formatted(model, rollout.reason()));
    }
    return RolloutTransitions.paused(rollout, reason, rollout.figures(), now);
  }

  /** Goes on with what was paused; the step is measured anew. */
  public static Rollout resume(RoutingState state, String model, Instant now) {
    Rollout rollout = underWay(state, model);
    State next = rollout.resumeTo();
    if (rollout.state() != State.PAUSED || next == null) {
      throw new IllegalArgumentException(
          "the rollout of '%s' is %s, not paused".formatted(model, rollout.state()));
    }
    return RolloutTransitions.to(
        rollout,
        next,
        rollout.step(),
        rollout.percent(),
        "resumed",
        next == State.EVALUATING ? Map.of() : rollout.figures(),
        now);
  }

  /** Skips what the rollout waits for: workers, the evaluation, or the rest of a step. */
  public static Rollout force(RoutingState state, String model, Instant now) {
    Rollout rollout = underWay(state, model);
    State present = rollout.state() == State.PAUSED ? rollout.resumeTo() : rollout.state();
    if (present == null) {
      present = State.REGISTERED;
    }
    return switch (present) {
      case REGISTERED, WARMING ->
          rollout.evaluation() == null
              ? step(rollout, 0, now)
              : RolloutTransitions.to(rollout, State.EVALUATING, -1, 0, "forced", Map.of(), now);
      case EVALUATING -> step(rollout, 0, now);
      case SHIFTING ->
          rollout.step() + 1 < rollout.steps().size()
              ? step(rollout, rollout.step() + 1, now)
              : RolloutTransitions.to(
                  rollout,
                  State.COMPLETING,
                  rollout.step(),
                  100,
                  "forced; the old one drains",
                  kept(rollout),
                  now);
      case COMPLETING ->
          throw new IllegalArgumentException(
              "the rollout of '%s' only waits until '%s' has finished what it has; keep a worker of it"
                      .formatted(model, rollout.from())
                  + " or of the model running, or cancel what waits");
      case PAUSED, COMPLETED, ROLLED_BACK ->
          throw new IllegalArgumentException(
              "the rollout of '%s' is %s; there is nothing to force".formatted(model, present));
    };
  }

  private static Rollout step(Rollout rollout, int step, Instant now) {
    return RolloutTransitions.to(
        rollout,
        State.SHIFTING,
        step,
        rollout.steps().get(step).percent(),
        "forced",
        kept(rollout),
        now);
  }

  private static Map<String, Double> kept(Rollout rollout) {
    Map<String, Double> kept = new TreeMap<>(rollout.figures());
    kept.keySet().removeIf(name -> !name.startsWith("evaluation_"));
    return kept;
  }

  /** Gives all new requests to the old variant again. */
  public static Rollout rollBack(RoutingState state, String model, String reason, Instant now) {
    Rollout rollout = underWay(state, model);
    return RolloutTransitions.to(
        rollout, State.ROLLED_BACK, rollout.step(), 0, reason, rollout.figures(), now);
  }

  private static Rollout underWay(RoutingState state, String model) {
    Rollout rollout =
        state
            .rollout(model)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "'%s' has no rollout; see 'penstock rollout list'".formatted(model)));
    if (ENDED.contains(rollout.state())) {
      throw new IllegalArgumentException(
          "the rollout of '%s' to '%s' is %s; start another one%s"
              .formatted(
                  model,
                  rollout.to(),
                  rollout.state(),
                  rollout.state() == State.COMPLETED ? " to go back" : ""));
    }
    return rollout;
  }
}
