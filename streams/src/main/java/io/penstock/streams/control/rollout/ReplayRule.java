package io.penstock.streams.control.rollout;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.control.observation.Observation;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Which logged requests may be replayed on a new variant: those whose own constraints and tenant's
 * policy let its provider and model see them.
 */
public final class ReplayRule implements Predicate<ScoredRequest> {

  private static final String LOCAL = "local";

  private final RoutingState routing;
  private final String model;
  private final List<String> providers;

  /** The names that lists of allowed and denied models may have for each of the two variants. */
  private final List<Set<String>> names;

  public ReplayRule(Rollout rollout, ModelSpec model, RoutingState routing) {
    this.routing = routing;
    this.model = model.getName();
    this.names = List.of(names(model, rollout.from()), names(model, rollout.to()));
    this.providers = List.of(provider(model, rollout.from()), provider(model, rollout.to()));
  }

  private static Set<String> names(ModelSpec model, String variant) {
    Set<String> names = new HashSet<>(model.getAliases());
    names.add(model.getName());
    names.add(new Target(model.getName(), variant).toString());
    return names;
  }

  private static String provider(ModelSpec model, String variant) {
    return model.getVariants().stream()
        .filter(each -> each.getName().equals(variant))
        .findFirst()
        .flatMap(ModelVariant::getProvider)
        .or(model::getProvider)
        .orElse(LOCAL);
  }

  @Override
  public boolean test(ScoredRequest request) {
    if (!request.getChoice().getModel().equals(model)
        || request.getTenant().equals(Observation.EVALUATION_TENANT)) {
      return false;
    }
    Optional<RoutingPreferences> own = request.getRequest().getRouting();
    Optional<TenantPolicy> policy = routing.tenant(request.getTenant());
    boolean modelsAllow =
        names.stream()
            .allMatch(
                each ->
                    own.map(r -> named(each, r.getAllowedModels(), r.getDeniedModels()))
                            .orElse(true)
                        && policy
                            .map(p -> named(each, p.allowedModels(), p.deniedModels()))
                            .orElse(true));
    return modelsAllow && providersAllow(own, policy);
  }

  private boolean providersAllow(Optional<RoutingPreferences> own, Optional<TenantPolicy> policy) {
    return providers.stream()
        .allMatch(
            provider ->
                own.map(
                            each ->
                                allows(
                                    provider,
                                    each.getAllowedProviders(),
                                    each.getDeniedProviders()))
                        .orElse(true)
                    && policy
                        .map(
                            each ->
                                allows(provider, each.allowedProviders(), each.deniedProviders()))
                        .orElse(true));
  }

  private static boolean named(
      Set<String> names, Collection<String> allowed, Collection<String> denied) {
    return (allowed.isEmpty() || allowed.stream().anyMatch(names::contains))
        && denied.stream().noneMatch(names::contains);
  }

  private static boolean allows(
      String provider, Collection<String> allowed, Collection<String> denied) {
    return (allowed.isEmpty() || allowed.contains(provider)) && !denied.contains(provider);
  }

  /** What of a logged request is asked again. */
  public static EvaluationItem item(ScoredRequest request) {
    return new EvaluationItem(
        request.getEndpoint(), request.getRequest().getBody(), request.getRequest().getRouting());
  }
}
