package io.penstock.schemas.policies;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.models.VariantState;
import io.penstock.schemas.models.VariantTakeover;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Experiment.Arm;
import io.penstock.schemas.routing.Experiment.State;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The commands of a person on an experiment, as functions from the present state to the documents
 * to write. They refuse with an {@link IllegalArgumentException} that names the remedy.
 */
public final class ExperimentCommands {

  /** The reason that is recorded for {@link #stop} where a person gives none. */
  public static final String STOPPED_BY_HAND = "stopped by hand";

  private ExperimentCommands() {}

  /**
   * The changes that a promotion makes.
   *
   * @param models to be applied first
   * @param documents to be written then, the experiment among them
   * @param summary what was done, for a person
   */
  public record Promotion(
      List<ModelSpec> models, List<RoutingDocument> documents, String summary) {}

  /** Starts an experiment, also one that was stopped: then with new statistics. */
  public static Experiment start(
      RoutingState state, ModelCatalog models, Experiment wanted, Instant now) {
    state
        .experiment(wanted.name())
        .filter(Experiment::isRunning)
        .ifPresent(
            present -> {
              throw new IllegalArgumentException(
                  "experiment '%s' runs already; stop it first".formatted(present.name()));
            });
    state
        .all(Experiment.class)
        .filter(Experiment::isRunning)
        .filter(other -> other.subject().equals(wanted.subject()))
        .findFirst()
        .ifPresent(
            other -> {
              throw new IllegalArgumentException(
                  "'%s' is the subject of experiment '%s' already; stop that one first"
                      .formatted(wanted.subject(), other.name()));
            });
    for (Arm arm : wanted.arms()) {
      requireTarget(models, arm);
    }
    List<Arm> fresh =
        wanted.arms().stream()
            .map(arm -> new Arm(arm.name(), arm.target(), arm.weight(), null))
            .toList();
    return with(wanted, fresh, State.RUNNING, now, null, "started");
  }

  private static void requireTarget(ModelCatalog models, Arm arm) {
    Target target = arm.target();
    ModelSpec model =
        models
            .resolve(target.model())
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "arm '%s' targets '%s', which is no model"
                            .formatted(arm.name(), target.model())));
    if (target.variant() != null
        && model.getVariants().stream().noneMatch(v -> v.getName().equals(target.variant()))) {
      throw new IllegalArgumentException(
          "arm '%s' targets '%s', but the variants of '%s' are %s"
              .formatted(
                  arm.name(),
                  arm.target(),
                  model.getName(),
                  model.getVariants().stream()
                      .map(ModelVariant::getName)
                      .collect(Collectors.joining(", ", "[", "]"))));
    }
  }

  /** Ends it; its requests are served as if it never was. */
  public static Experiment stop(RoutingState state, String name, String reason, Instant now) {
    Experiment experiment = running(state, name);
    return with(experiment, experiment.arms(), State.STOPPED, experiment.startedAt(), now, reason);
  }

  /** Stops one arm; its units go to the control. */
  public static Experiment withStopped(Experiment experiment, String arm, String reason) {
    List<Arm> arms =
        experiment.arms().stream()
            .map(
                each ->
                    each.name().equals(arm)
                        ? new Arm(each.name(), each.target(), each.weight(), reason)
                        : each)
            .toList();
    return with(
        experiment,
        arms,
        experiment.state(),
        experiment.startedAt(),
        null,
        "arm %s stopped: %s".formatted(arm, reason));
  }

  /**
   * Ends it and gives all its traffic to one arm. Where the arms are variants of one model, that
   * variant gets the weight of them all in the registry, and the others go into the shadow. Where
   * they are models, the subject decides: an alias policy is left with the winner alone; an alias
   * of a model moves to the winner; a model's own name cannot mean another model, and is refused.
   */
  public static Promotion promote(
      RoutingState state, ModelCatalog models, String name, String armName, Instant now) {
    Experiment experiment = running(state, name);
    Arm winner =
        experiment.arms().stream()
            .filter(arm -> arm.name().equals(armName))
            .findFirst()
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "experiment '%s' has no arm '%s'; it has %s"
                            .formatted(
                                name,
                                armName,
                                experiment.arms().stream()
                                    .map(Arm::name)
                                    .collect(Collectors.joining(", ")))));
    Experiment ended =
        with(
            experiment,
            experiment.arms(),
            State.PROMOTED,
            experiment.startedAt(),
            now,
            "arm %s promoted".formatted(armName));
    Target target = winner.target();
    boolean variants =
        target.variant() != null
            && experiment.arms().stream()
                .map(Arm::target)
                .allMatch(each -> each.variant() != null && each.model().equals(target.model()));
    return variants
        ? ofVariant(experiment, ended, models, target, now)
        : ofModel(experiment, ended, state, models, target, now);
  }

  private static Promotion ofVariant(
      Experiment experiment, Experiment ended, ModelCatalog models, Target winner, Instant now) {
    ModelSpec model = models.resolve(winner.model()).orElseThrow();
    List<String> tried =
        experiment.arms().stream().map(arm -> String.valueOf(arm.target().variant())).toList();
    int weight =
        model.getVariants().stream()
            .filter(variant -> tried.contains(variant.getName()))
            .mapToInt(ModelVariant::getWeight)
            .sum();
    ModelSpec changed =
        VariantTakeover.of(
            model,
            String.valueOf(winner.variant()),
            Math.max(1, weight),
            tried,
            VariantState.SHADOW,
            now);
    return new Promotion(
        List.of(changed),
        List.of(ended),
        "variant %s of %s is active with weight %d; the other arms' variants are in shadow"
            .formatted(winner.variant(), model.getName(), Math.max(1, weight)));
  }

  private static Promotion ofModel(
      Experiment experiment,
      Experiment ended,
      RoutingState state,
      ModelCatalog models,
      Target winner,
      Instant now) {
    String subject = experiment.subject();
    if (winner.variant() != null) {
      throw new IllegalArgumentException(
          "arm target '%s' names a variant among arms of other models; stop the experiment, and"
                  .formatted(winner)
              + " apply models and aliases by hand");
    }
    Optional<AliasPolicy> policy = state.alias(subject);
    ModelSpec best = models.resolve(winner.model()).orElseThrow();
    if (policy.isPresent()) {
      AliasPolicy old = policy.get();
      AliasPolicy only =
          new AliasPolicy(
              old.name(),
              List.of(best.getName()),
              null,
              old.sort(),
              old.minQuality(),
              old.maxPrice(),
              old.deferBatch());
      return new Promotion(
          List.of(),
          List.of(only, ended),
          "alias policy %s now means %s alone".formatted(subject, best.getName()));
    }
    ModelSpec owner =
        models
            .resolve(subject)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "'%s' is neither a model, nor an alias, nor an alias policy"
                            .formatted(subject)));
    if (owner.getName().equals(best.getName())) {
      return new Promotion(
          List.of(), List.of(ended), "%s goes on to mean %s".formatted(subject, best.getName()));
    }
    if (owner.getName().equals(subject)) {
      throw new IllegalArgumentException(
          ("requests name model '%s' itself, which cannot mean '%s'; stop the experiment, and let"
                  + " requests name an alias of '%s'")
              .formatted(subject, best.getName(), best.getName()));
    }
    List<String> fewer = new ArrayList<>(owner.getAliases());
    fewer.remove(subject);
    List<String> more = new ArrayList<>(best.getAliases());
    more.add(subject);
    return new Promotion(
        List.of(
            ModelSpec.newBuilder(owner).setAliases(fewer).setUpdatedAt(now).build(),
            ModelSpec.newBuilder(best).setAliases(more).setUpdatedAt(now).build()),
        List.of(ended),
        "alias %s moved from %s to %s".formatted(subject, owner.getName(), best.getName()));
  }

  private static Experiment running(RoutingState state, String name) {
    Experiment experiment =
        state
            .experiment(name)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "there is no experiment '%s'; see 'penstock experiment list'"
                            .formatted(name)));
    if (!experiment.isRunning()) {
      throw new IllegalArgumentException(
          "experiment '%s' is %s, not running".formatted(name, experiment.state()));
    }
    return experiment;
  }

  private static Experiment with(
      Experiment experiment,
      List<Arm> arms,
      State state,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt,
      String reason) {
    return new Experiment(
        experiment.name(),
        experiment.subject(),
        arms,
        experiment.unit(),
        experiment.metric(),
        experiment.confidence(),
        experiment.minPerArm(),
        experiment.guardrails(),
        state,
        startedAt,
        endedAt,
        reason);
  }
}
