package io.penstock.schemas.policies;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.models.VariantState;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Revision;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.routing.TenantPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** Checks routing documents against each other and against the models. */
final class RoutingRules {

  private static final String AUTO = "auto";

  private final RoutingState state;
  private final ModelCatalog models;
  private final List<String> violations = new ArrayList<>();

  private RoutingRules(RoutingState state, ModelCatalog models) {
    this.state = state;
    this.models = models;
  }

  /**
   * The violations of documents that are to be changed, each naming the document, the field and the
   * remedy. What was written before is not judged again: a model may have gone since.
   *
   * @param state as it would be
   */
  static List<String> violations(
      RoutingState state, ModelCatalog models, Collection<RoutingDocument> changed) {
    RoutingRules rules = new RoutingRules(state, models);
    changed.forEach(rules::check);
    return rules.violations;
  }

  private void check(RoutingDocument document) {
    switch (document) {
      case TenantPolicy policy -> tenant(policy);
      case AliasPolicy policy -> alias(policy);
      case Experiment experiment when live(experiment) -> experiment(experiment);
      case Experiment ignored -> {}
      case Rollout rollout when live(rollout) -> rollout(rollout);
      case Rollout ignored -> {}
      case DegradationLadder ladder -> ladder(ladder);
      case Degradation ignored -> {}
      case Spend ignored -> {}
      case Revision ignored -> {}
    }
  }

  private static boolean live(Experiment experiment) {
    return experiment.isRunning() || experiment.state() == Experiment.State.DRAFT;
  }

  private static boolean live(Rollout rollout) {
    return rollout.state() != Rollout.State.COMPLETED
        && rollout.state() != Rollout.State.ROLLED_BACK;
  }

  private void tenant(TenantPolicy policy) {
    models("tenant", policy.name(), "allowedModels", policy.allowedModels());
    models("tenant", policy.name(), "deniedModels", policy.deniedModels());
  }

  private void alias(AliasPolicy policy) {
    models("alias", policy.name(), "models", policy.models());
    models
        .resolve(policy.name())
        .ifPresent(
            model ->
                violation(
                    "alias",
                    policy.name(),
                    "name",
                    "belongs to model '%s' already; take another".formatted(model.getName())));
  }

  private void experiment(Experiment experiment) {
    String name = experiment.name();
    String subject = experiment.subject();
    if (models.resolve(subject).isEmpty()
        && state.alias(subject).isEmpty()
        && !subject.equals(AUTO)) {
      violation(
          "experiment",
          name,
          "subject",
          "'%s' is no model, alias or alias policy".formatted(subject));
    }
    if (experiment.isRunning()) {
      aloneOnItsSubject(experiment);
    }
    for (Experiment.Arm arm : experiment.arms()) {
      Target target = arm.target();
      Optional<ModelSpec> model = models.resolve(target.model());
      if (model.isEmpty()) {
        violation(
            "experiment",
            name,
            "arms",
            "'%s' targets '%s', which is no model".formatted(arm.name(), target.model()));
      } else if (target.variant() != null && variant(model.get(), target.variant()).isEmpty()) {
        violation(
            "experiment",
            name,
            "arms",
            "'%s' targets a variant that model '%s' does not have: '%s'"
                .formatted(arm.name(), model.get().getName(), target.variant()));
      }
    }
  }

  private void aloneOnItsSubject(Experiment experiment) {
    state
        .all(Experiment.class)
        .filter(Experiment::isRunning)
        .filter(other -> !other.name().equals(experiment.name()))
        .filter(other -> other.subject().equals(experiment.subject()))
        .forEach(
            other ->
                violation(
                    "experiment",
                    experiment.name(),
                    "subject",
                    "'%s' is in experiment '%s' already; stop that one first"
                        .formatted(experiment.subject(), other.name())));
  }

  private void rollout(Rollout rollout) {
    Optional<ModelSpec> model =
        models.resolve(rollout.name()).filter(each -> each.getName().equals(rollout.name()));
    if (model.isEmpty()) {
      violation("rollout", rollout.name(), "model", "is no model; name one, not an alias");
      return;
    }
    variantOf(rollout, model.get(), "from", rollout.from());
    variantOf(rollout, model.get(), "to", rollout.to());
  }

  private void variantOf(Rollout rollout, ModelSpec model, String field, String name) {
    Optional<ModelVariant> variant = variant(model, name);
    if (variant.isEmpty()) {
      violation(
          "rollout",
          rollout.name(),
          field,
          "'%s' is no variant of it; apply the model with that variant first".formatted(name));
    } else if (VariantState.RETIRED.of(variant.get())) {
      violation(
          "rollout",
          rollout.name(),
          field,
          "'%s' is retired; apply it as active or shadow first".formatted(name));
    }
  }

  private void ladder(DegradationLadder ladder) {
    boolean deferred = false;
    for (DegradationLadder.Rung rung : ladder.rungs()) {
      deferred |= rung.action() == DegradationLadder.Action.DEFER_BATCH;
      if (deferred && rung.of() == ServiceClass.BATCH) {
        violation(
            "ladder",
            ladder.name(),
            "rungs",
            "'%s' goes by the pressure of batch, which cannot fall while batch is deferred; give of: standard or interactive"
                .formatted(rung.action()));
      }
    }
    if (!ladder.name().equals(DegradationLadder.EVERY_MODEL)
        && models.resolve(ladder.name()).filter(m -> m.getName().equals(ladder.name())).isEmpty()) {
      violation("ladder", ladder.name(), "name", "is no model; name one, or '*' for all");
    }
  }

  private void models(String kind, String name, String field, List<String> named) {
    for (String each : named) {
      if (models.resolve(each).isEmpty()) {
        violation(kind, name, field, "'%s' is no model; add it or leave it out".formatted(each));
      }
    }
  }

  private static Optional<ModelVariant> variant(ModelSpec model, String name) {
    return model.getVariants().stream().filter(each -> each.getName().equals(name)).findFirst();
  }

  private void violation(String kind, String name, String field, String what) {
    violations.add("%s '%s': %s %s".formatted(kind, name, field, what));
  }
}
