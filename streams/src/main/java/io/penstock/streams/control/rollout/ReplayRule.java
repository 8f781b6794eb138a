package io.penstock.streams.control.rollout;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.control.observation.Observation;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
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

  public ReplayRule(Rollout rollout, ModelSpec model, RoutingState routing) {
    this.routing = routing;
    this.model = model.getName();
    this.providers = List.of(provider(model, rollout.from()), provider(model, rollout.to()));
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
