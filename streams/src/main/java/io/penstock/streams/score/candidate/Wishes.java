package io.penstock.streams.score.candidate;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.score.request.Abbreviated;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Finds the models that may serve a request by the name that it gives. A name is looked up as a
 * model or its alias, then as an alias policy, then as {@code auto}, then as {@code MODEL#VARIANT}.
 *
 * <ul>
 *   <li>A model by name or alias: that model, then those of {@code routing.models} in order, else
 *       the registered fallbacks if they are allowed.
 *   <li>{@code MODEL#VARIANT}: that variant and nothing else, unless the request itself lists
 *       models or allows fallbacks.
 *   <li>An alias policy or {@code auto}: the policy's models (without any: all), those in {@code
 *       routing.models} alone where the request lists some.
 * </ul>
 *
 * @param models in order of preference, each target once
 * @param unknown why a name led nowhere, by name
 * @param policy the alias policy asked for, or null
 * @param open whether the choice was left to Penstock: by a policy, {@code auto} or a list
 * @param ranked whether the order of {@link #models} is the requester's own
 */
public record Wishes(
    List<Wish> models,
    Map<String, Refusal> unknown,
    @Nullable AliasPolicy policy,
    boolean open,
    boolean ranked) {

  /** The name that leaves the choice to Penstock. */
  public static final String AUTO = "auto";

  /**
   * Looks up what a request asks for.
   *
   * @param allowFallbacks what the tenant's policy says where the request says nothing
   */
  public static Wishes of(
      ParsedRequest request, ModelCatalog catalog, RoutingState routing, boolean allowFallbacks) {
    Optional<RoutingPreferences> preferences = request.request().getRouting();
    List<String> listed = preferences.map(RoutingPreferences::getModels).orElse(List.of());
    Optional<Boolean> fallbacks = preferences.flatMap(RoutingPreferences::getAllowFallbacks);
    Lookup lookup = new Lookup(catalog, routing);
    String name = request.model();
    Optional<ModelSpec> named = catalog.resolve(name);
    Optional<AliasPolicy> policy =
        named.isPresent() ? Optional.empty() : routing.alias(name).or(() -> auto(name));
    if (policy.isPresent()) {
      return lookup.byPolicy(policy.get(), listed);
    }
    boolean pinned = named.isEmpty() && name.indexOf(Target.SEPARATOR) >= 0;
    lookup.name(name, "", false);
    listed.forEach(each -> lookup.name(each, "preference in routing.models: ", false));
    if (fallbacks.orElse(allowFallbacks && !pinned && listed.isEmpty())) {
      lookup.fallbacks(name);
    }
    boolean several = !listed.isEmpty();
    return new Wishes(List.copyOf(lookup.found.values()), lookup.unknown, null, several, true);
  }

  /**
   * Returns what auto means where no policy says: everything, by the tenant's goal or the default.
   */
  private static Optional<AliasPolicy> auto(String name) {
    return name.equals(AUTO)
        ? Optional.of(new AliasPolicy(AUTO, List.of(), null, null, null, null, false))
        : Optional.empty();
  }

  /** Gathers models while names are looked up. */
  private static final class Lookup {

    private final ModelCatalog catalog;
    private final RoutingState routing;
    private final Map<Target, Wish> found = new LinkedHashMap<>();
    private final Map<String, Refusal> unknown = new LinkedHashMap<>();

    Lookup(ModelCatalog catalog, RoutingState routing) {
      this.catalog = catalog;
      this.routing = routing;
    }

    Wishes byPolicy(AliasPolicy policy, List<String> listed) {
      boolean registered = routing.alias(policy.name()).isPresent();
      if (listed.isEmpty()) {
        policyModels(policy, null);
      } else {
        Set<String> within = registered ? modelsOf(policy) : Set.of();
        for (String each : listed) {
          Optional<ModelSpec> spec = modelOf(each);
          if (registered
              && !within.isEmpty()
              && spec.isPresent()
              && !within.contains(spec.get().getName())) {
            unknown.put(
                each,
                new Refusal(
                    RefusalCode.MODEL_NOT_ALLOWED,
                    "routing.models",
                    "model %s is not among the models of alias %s; list models of the alias, or request the model by its own name"
                        .formatted(Abbreviated.quote(each), Abbreviated.quote(policy.name()))));
          } else {
            name(each, "preference in routing.models: ", false);
          }
        }
      }
      boolean ranked = !listed.isEmpty() && policy.goal() == null && policy.sort() == null;
      return new Wishes(
          List.copyOf(found.values()), unknown, registered ? policy : null, true, ranked);
    }

    /** The model of a name that may state a variant too. */
    private Optional<ModelSpec> modelOf(String name) {
      return catalog.resolve(Target.parse(name).model());
    }

    private Set<String> modelsOf(AliasPolicy policy) {
      Set<String> names = new HashSet<>();
      policy.models().forEach(each -> modelOf(each).ifPresent(spec -> names.add(spec.getName())));
      return names;
    }

    private void policyModels(AliasPolicy policy, @Nullable String how) {
      String why = how == null ? "chosen for " + policy.name() : how + policy.name();
      if (policy.models().isEmpty()) {
        catalog.models().forEach(spec -> add(spec, null, false, why));
      }
      for (String each : policy.models()) {
        Optional<ModelSpec> spec = catalog.resolve(each);
        if (spec.isPresent()) {
          add(spec.get(), null, false, why);
        } else {
          exact(each, why + ": ", false);
        }
      }
    }

    void name(String name, String prefix, boolean fallback) {
      Optional<ModelSpec> spec = catalog.resolve(name);
      if (spec.isPresent()) {
        String model = spec.get().getName();
        String how = name.equals(model) ? "named" : "alias %s of %s".formatted(name, model);
        add(spec.get(), null, fallback, prefix + how);
        return;
      }
      Optional<AliasPolicy> policy = routing.alias(name);
      if (policy.isPresent()) {
        policyModels(policy.get(), prefix + "chosen for ");
        return;
      }
      exact(name, prefix, fallback);
    }

    private void exact(String name, String prefix, boolean fallback) {
      Target target = Target.parse(name);
      Optional<ModelSpec> spec = catalog.resolve(target.model());
      if (target.variant() != null && spec.isPresent()) {
        add(spec.get(), target.variant(), fallback, prefix + "named with its variant");
        return;
      }
      unknown.put(
          name,
          new Refusal(
              RefusalCode.UNKNOWN_MODEL,
              "model",
              "model %s is not in the registry; name a registered model or alias, or register it"
                      .formatted(Abbreviated.quote(name))
                  + " with 'penstock models apply'"));
    }

    void fallbacks(String name) {
      catalog
          .resolve(name)
          .or(() -> modelOf(name))
          .ifPresent(
              spec ->
                  spec.getFallbacks()
                      .forEach(
                          each ->
                              catalog
                                  .resolve(each)
                                  .ifPresent(
                                      fallback ->
                                          add(
                                              fallback,
                                              null,
                                              true,
                                              "fallback of " + spec.getName()))));
    }

    private void add(ModelSpec spec, @Nullable String variant, boolean fallback, String how) {
      found.putIfAbsent(
          new Target(spec.getName(), variant),
          new Wish(spec, variant, found.size(), fallback, how));
    }
  }
}
