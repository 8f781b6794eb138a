package io.penstock.broker.tenants;

import java.time.Instant;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** All API keys, as each instance has them in memory. Safe for use by many threads. */
public final class ApiKeys {

  /** All keys of one moment, so that whoever reads while they change finds each of them. */
  private record Known(Map<String, ApiKey> byId, Map<String, ApiKey> byHash) {

    static Known of(Collection<ApiKey> keys) {
      Map<String, ApiKey> byId = new HashMap<>();
      Map<String, ApiKey> byHash = new HashMap<>();
      for (ApiKey key : keys) {
        byId.put(key.id(), key);
        byHash.put(key.hash(), key);
      }
      return new Known(Map.copyOf(byId), Map.copyOf(byHash));
    }
  }

  private volatile Known known = Known.of(List.of());
  private final Map<String, Instant> lastUse = new ConcurrentHashMap<>();

  /** The key that was presented, if there is such a one and it has not expired. */
  public Optional<ApiKey> valid(String presented, Instant now) {
    return Optional.ofNullable(known.byHash.get(KeySecret.hash(presented)))
        .filter(key -> key.isValid(now));
  }

  public Optional<ApiKey> byId(String id) {
    return Optional.ofNullable(known.byId.get(id));
  }

  /** All of them, the oldest first. */
  public List<ApiKey> all() {
    return known.byId.values().stream()
        .sorted(Comparator.comparing(ApiKey::createdAt).thenComparing(ApiKey::id))
        .toList();
  }

  /** Replaces all of them, and forgets when others were used. */
  public void replace(Collection<ApiKey> keys) {
    known = Known.of(keys);
    lastUse.keySet().retainAll(known.byId.keySet());
  }

  /** Notes that a key was used; an earlier use changes nothing. */
  public void used(String id, Instant at) {
    lastUse.merge(id, at, (one, other) -> one.isAfter(other) ? one : other);
  }

  public Optional<Instant> lastUse(String id) {
    return Optional.ofNullable(lastUse.get(id));
  }
}
