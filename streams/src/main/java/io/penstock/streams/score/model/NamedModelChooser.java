package io.penstock.streams.score.model;

import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.streams.score.request.Abbreviated;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.SequencedSet;

/**
 * Takes the first model by name that can serve: the one the request names, then its {@code
 * routing.models} in order. The lists of allowed and denied models hold. Prices, quality and
 * waiting time are not compared here.
 */
public final class NamedModelChooser implements ModelChooser {

  /** The name that leaves the choice to Penstock. */
  public static final String AUTO = "auto";

  @Override
  public ModelSelection choose(ParsedRequest request, ModelCatalog catalog, PromptMeter meter) {
    List<String> named =
        request.request().getRouting().map(RoutingPreferences::getModels).orElse(List.of());
    boolean auto = request.model().equals(AUTO) && catalog.resolve(AUTO).isEmpty();
    if (auto && named.isEmpty()) {
      return refused(
          RefusalCode.UNKNOWN_MODEL,
          "model auto needs candidates here; name a model, or list acceptable ones in"
              + " routing.models");
    }
    SequencedSet<String> candidates = new LinkedHashSet<>();
    if (!auto) {
      candidates.add(request.model());
    }
    candidates.addAll(named);
    return firstServing(candidates, request, catalog, meter);
  }

  private static ModelSelection firstServing(
      SequencedSet<String> candidates,
      ParsedRequest request,
      ModelCatalog catalog,
      PromptMeter meter) {
    ModelSelection.NotChosen first = null;
    for (String candidate : candidates) {
      ModelSelection selection = candidate(candidate, request, catalog, meter);
      switch (selection) {
        case ModelSelection.Chosen chosen -> {
          return chosen;
        }
        case ModelSelection.NotChosen notChosen -> first = first == null ? notChosen : first;
      }
    }
    Refusal refusal = first.refusal();
    return candidates.size() == 1
        ? first
        : new ModelSelection.NotChosen(
            new Refusal(
                refusal.code(),
                refusal.field(),
                "none of %s can serve this; the first: %s"
                    .formatted(Abbreviated.of(candidates.toString(), 300), refusal.message())));
  }

  private static ModelSelection candidate(
      String name, ParsedRequest request, ModelCatalog catalog, PromptMeter meter) {
    Optional<ModelSpec> known = catalog.resolve(name);
    if (known.isEmpty()) {
      return refused(
          RefusalCode.UNKNOWN_MODEL,
          "model %s is not in the registry; name a registered model or alias, or register it with"
                  .formatted(Abbreviated.quote(name))
              + " 'penstock models apply'");
    }
    ModelSpec spec = known.get();
    if (!allowed(spec, name, request)) {
      return refused(
          RefusalCode.MODEL_NOT_ALLOWED,
          "model %s is excluded by routing.allowedModels or routing.deniedModels; allow it or name"
                  .formatted(Abbreviated.quote(name))
              + " another");
    }
    if (!VariantChoice.served(spec)) {
      return refused(
          RefusalCode.NO_ACTIVE_VARIANT,
          "model %s has no active variant with a weight; activate one or name another model"
              .formatted(spec.getName()));
    }
    return switch (ModelFit.of(request, spec, meter)) {
      case ModelFit.Misfit(Refusal refusal) -> new ModelSelection.NotChosen(refusal);
      case ModelFit.Fits fit -> new ModelSelection.Chosen(choice(spec, name, request), spec, fit);
    };
  }

  private static ModelChoice choice(ModelSpec spec, String name, ParsedRequest request) {
    String how =
        name.equals(spec.getName()) ? "named" : "alias %s of %s".formatted(name, spec.getName());
    String why = name.equals(request.model()) ? how : "preference in routing.models: " + how;
    return ModelChoice.newBuilder()
        .setModel(spec.getName())
        .setVariant(VariantChoice.of(spec, request.request().getId()).orElse(null))
        .setReason(why)
        .build();
  }

  private static boolean allowed(ModelSpec spec, String name, ParsedRequest request) {
    Optional<RoutingPreferences> routing = request.request().getRouting();
    return routing
        .map(
            r ->
                (r.getAllowedModels().isEmpty() || holds(r.getAllowedModels(), spec, name))
                    && !holds(r.getDeniedModels(), spec, name))
        .orElse(true);
  }

  private static boolean holds(List<String> names, ModelSpec spec, String name) {
    return names.contains(name)
        || names.contains(spec.getName())
        || spec.getAliases().stream().anyMatch(names::contains);
  }

  private static ModelSelection refused(RefusalCode code, String message) {
    return new ModelSelection.NotChosen(new Refusal(code, "model", message));
  }
}
