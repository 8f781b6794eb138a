package io.penstock.broker.batches.run;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What waits for a turn: tenants in rotation, and each tenant's own in the order in which it came.
 * Between two turns of one tenant, every other tenant that waits has one. Safe for use by many
 * threads.
 */
final class TenantTurns<T> {

  private final Map<String, Deque<T>> waiting = new LinkedHashMap<>();

  synchronized void add(String tenant, T item) {
    waiting.computeIfAbsent(tenant, _ -> new ArrayDeque<>()).add(item);
  }

  synchronized boolean isEmpty() {
    return waiting.isEmpty();
  }

  /** Takes what has the next turn; empty if nothing waits. */
  synchronized Optional<T> next() {
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    String tenant = waiting.keySet().iterator().next();
    Deque<T> own = waiting.remove(tenant);
    T item = own.remove();
    if (!own.isEmpty()) {
      waiting.put(tenant, own);
    }
    return Optional.of(item);
  }
}
