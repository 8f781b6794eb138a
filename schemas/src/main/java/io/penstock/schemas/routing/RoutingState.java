package io.penstock.schemas.routing;

import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The routing topic at one moment: every tenant's and alias's policy, the experiments and rollouts,
 * and what the control loop decided. Instances are immutable, and lookups take constant time.
 */
public final class RoutingState {

  public static final RoutingState EMPTY = new RoutingState(Map.of());

  private final Map<String, RoutingDocument> byKey;

  private RoutingState(Map<String, RoutingDocument> byKey) {
    this.byKey = Collections.unmodifiableMap(byKey);
  }

  /** These documents; of two with one key the last counts. */
  public static RoutingState of(Collection<? extends RoutingDocument> documents) {
    Map<String, RoutingDocument> byKey = new LinkedHashMap<>();
    documents.forEach(
        document -> byKey.put(RoutingKind.of(document).key(document.name()), document));
    return new RoutingState(byKey);
  }

  /** This state with the document, in place of the one of its kind and name. */
  public RoutingState with(RoutingDocument document) {
    Map<String, RoutingDocument> next = new LinkedHashMap<>(byKey);
    next.put(RoutingKind.of(document).key(document.name()), document);
    return new RoutingState(next);
  }

  /** This state without the entry of this record key, such as {@code tenant/acme}. */
  public RoutingState without(String key) {
    if (!byKey.containsKey(key)) {
      return this;
    }
    Map<String, RoutingDocument> next = new LinkedHashMap<>(byKey);
    next.remove(key);
    return new RoutingState(next);
  }

  /** The tenant's own policy, else the one for everyone. */
  public Optional<TenantPolicy> tenant(String tenant) {
    return find(TenantPolicy.class, RoutingKind.TENANT, tenant)
        .or(() -> find(TenantPolicy.class, RoutingKind.TENANT, TenantPolicy.EVERYONE));
  }

  public Optional<AliasPolicy> alias(String name) {
    return find(AliasPolicy.class, RoutingKind.ALIAS, name);
  }

  public Optional<Rollout> rollout(String model) {
    return find(Rollout.class, RoutingKind.ROLLOUT, model);
  }

  public Optional<Experiment> experiment(String name) {
    return find(Experiment.class, RoutingKind.EXPERIMENT, name);
  }

  /** The model's own ladder, else the one for every model. */
  public Optional<DegradationLadder> ladder(String model) {
    return find(DegradationLadder.class, RoutingKind.LADDER, model)
        .or(() -> find(DegradationLadder.class, RoutingKind.LADDER, DegradationLadder.EVERY_MODEL));
  }

  public Optional<Degradation> degradation(String model) {
    return find(Degradation.class, RoutingKind.DEGRADATION, model);
  }

  public Optional<Spend> spend(String tenant) {
    return find(Spend.class, RoutingKind.SPEND, tenant);
  }

  /** All documents of a type, by name ascending. */
  public <T extends RoutingDocument> Stream<T> all(Class<T> type) {
    Map<String, T> byName = new TreeMap<>();
    byKey
        .values()
        .forEach(
            document -> {
              if (type.isInstance(document)) {
                byName.put(document.name(), type.cast(document));
              }
            });
    return byName.values().stream();
  }

  private <T extends RoutingDocument> Optional<T> find(
      Class<T> type, RoutingKind kind, String name) {
    return Optional.ofNullable(byKey.get(kind.key(name))).map(type::cast);
  }
}
