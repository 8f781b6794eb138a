package io.penstock.broker.tenants;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** All API keys, as each instance has them in memory. Safe for use by many threads. */
public final class ApiKeys {

  private final Map<String, ApiKey> byId = new ConcurrentHashMap<>();
  private final Map<String, ApiKey> byHash = new ConcurrentHashMap<>();
  private final Map<String, Instant> lastUse = new ConcurrentHashMap<>();

  /** The key that was presented, if there is such a one and it has not expired. */
  public Optional<ApiKey> valid(String presented, Instant now) {
    return Optional.ofNullable(byHash.get(KeySecret.hash(presented)))
        .filter(key -> key.isValid(now));
  }

  public Optional<ApiKey> byId(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** All of them, the oldest first. */
  public List<ApiKey> all() {
    return byId.values().stream()
        .sorted(Comparator.comparing(ApiKey::createdAt).thenComparing(ApiKey::id))
        .toList();
  }

  public synchronized void put(ApiKey key) {
    remove(key.id());
    byId.put(key.id(), key);
    byHash.put(key.hash(), key);
  }

  public synchronized void remove(String id) {
    ApiKey before = byId.remove(id);
    if (before != null) {
      byHash.remove(before.hash(), before);
    }
  }

  /** Replaces all of them. */
  public synchronized void replace(Collection<ApiKey> keys) {
    byId.clear();
    byHash.clear();
    keys.forEach(this::put);
  }

  /** Notes that a key was used; an earlier use changes nothing. */
  public void used(String id, Instant at) {
    lastUse.merge(id, at, (one, other) -> one.isAfter(other) ? one : other);
  }

  public Optional<Instant> lastUse(String id) {
    return Optional.ofNullable(lastUse.get(id));
  }
}
