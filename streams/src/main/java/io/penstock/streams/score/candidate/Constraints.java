package io.penstock.streams.score.candidate;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The constraints on whatever serves a request: the request's own and its tenant's, all of them.
 * The chosen model and its alternatives never break one.
 *
 * @param allowedModels lists, each of which must have the model; empty lists are left out
 * @param deniedModels names, aliases or targets that may not serve
 * @param allowedProviders lists, each of which must have the provider
 * @param maxPrice the most it may cost, with the longest output it may generate
 * @param minQuality the least registered quality score, for the request's domain
 * @param maxWaitMillis the longest predicted time to the first token; an unknown one passes
 * @param task what the request is for, where it says
 * @param domain what it is about, where it says
 */
public record Constraints(
    List<List<String>> allowedModels,
    List<String> deniedModels,
    List<List<String>> allowedProviders,
    List<String> deniedProviders,
    @Nullable Double maxPrice,
    @Nullable Double minQuality,
    @Nullable Long maxWaitMillis,
    Optional<String> task,
    Optional<String> domain) {

  /** The attribute that says what a request is for. */
  public static final String TASK = "task";

  /** The attribute that says what a request is about. */
  public static final String DOMAIN = "domain";

  public static Constraints of(
      InferenceRequest request, Optional<TenantPolicy> tenant, @Nullable AliasPolicy alias) {
    Optional<RoutingPreferences> routing = request.getRouting();
    return new Constraints(
        lists(
            routing.map(RoutingPreferences::getAllowedModels),
            tenant.map(TenantPolicy::allowedModels)),
        all(
            routing.map(RoutingPreferences::getDeniedModels),
            tenant.map(TenantPolicy::deniedModels)),
        lists(
            routing.map(RoutingPreferences::getAllowedProviders),
            tenant.map(TenantPolicy::allowedProviders)),
        all(
            routing.map(RoutingPreferences::getDeniedProviders),
            tenant.map(TenantPolicy::deniedProviders)),
        least(
            routing.flatMap(RoutingPreferences::getMaxPrice).orElse(null),
            alias == null ? null : alias.maxPrice()),
        routing.flatMap(RoutingPreferences::getMinQuality).orElse(null),
        routing.flatMap(RoutingPreferences::getMaxWaitMillis).orElse(null),
        attribute(request, TASK),
        attribute(request, DOMAIN));
  }

  /** Returns whether the lists of models and providers let a candidate serve, whatever the task. */
  public boolean admits(ModelCandidate candidate) {
    return admitsModel(candidate) && admitsProvider(candidate.provider());
  }

  /** Returns why names, task or provider keep a candidate from serving; empty if they do not. */
  public Optional<Refusal> refuse(ModelCandidate candidate) {
    ModelSpec spec = candidate.spec();
    String name = candidate.target().toString();
    if (!admitsModel(candidate)) {
      return refusal(
          RefusalCode.MODEL_NOT_ALLOWED,
          "model",
          "model '%s' is excluded by the allowed or denied models of the request or its tenant;"
                  .formatted(name)
              + " allow it or name another");
    }
    String provider = candidate.provider();
    if (!admitsProvider(provider)) {
      return refusal(
          RefusalCode.PROVIDER_NOT_ALLOWED,
          "routing.allowedProviders",
          "model '%s' is run by %s, which the request or its tenant does not allow; allow it or"
                  .formatted(name, provider)
              + " name another model");
    }
    if (task.isPresent()
        && !spec.getTaskTypes().isEmpty()
        && !spec.getTaskTypes().contains(task.get())) {
      return refusal(
          RefusalCode.TASK_NOT_SERVED,
          "attributes",
          "model '%s' is for %s, not for the task of the attribute task; name another model"
              .formatted(name, spec.getTaskTypes()));
    }
    return Optional.empty();
  }

  private boolean admitsModel(ModelCandidate candidate) {
    return allowedModels.stream().allMatch(names -> holds(names, candidate))
        && !holds(deniedModels, candidate);
  }

  private boolean admitsProvider(String provider) {
    return allowedProviders.stream().allMatch(names -> names.contains(provider))
        && !deniedProviders.contains(provider);
  }

  private static boolean holds(List<String> names, ModelCandidate candidate) {
    ModelSpec spec = candidate.spec();
    return !names.isEmpty()
        && (names.contains(spec.getName())
            || spec.getAliases().stream().anyMatch(names::contains)
            || names.contains(candidate.target().toString()));
  }

  private static Optional<Refusal> refusal(RefusalCode code, String field, String message) {
    return Optional.of(new Refusal(code, field, message));
  }

  private static Optional<String> attribute(InferenceRequest request, String name) {
    return Optional.ofNullable(request.getAttributes().get(name)).filter(value -> !value.isBlank());
  }

  private static List<List<String>> lists(
      Optional<List<String>> ofRequest, Optional<List<String>> ofTenant) {
    return Stream.of(ofRequest, ofTenant)
        .flatMap(Optional::stream)
        .filter(names -> !names.isEmpty())
        .toList();
  }

  private static List<String> all(
      Optional<List<String>> ofRequest, Optional<List<String>> ofTenant) {
    List<String> names = new ArrayList<>(ofRequest.orElse(List.of()));
    names.addAll(ofTenant.orElse(List.of()));
    return names;
  }

  private static @Nullable Double least(@Nullable Double one, @Nullable Double other) {
    if (one == null || other == null) {
      return one == null ? other : one;
    }
    return Math.min(one, other);
  }
}
