package io.penstock.workers.lease;

import io.penstock.schemas.Lease;
import io.penstock.schemas.ids.RequestKey;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attempts that take up slots, in the order of their leases. This class is not thread-safe. */
final class HeldLeases {

  private record Key(String request, int attempt, String session) {
    static Key of(Lease lease) {
      return new Key(
          RequestKey.of(lease.getTenant(), lease.getRequestId()),
          lease.getAttempt(),
          lease.getSession());
    }
  }

  private final Map<Key, Attempt> attempts = new LinkedHashMap<>();

  Collection<Attempt> all() {
    return Collections.unmodifiableCollection(attempts.values());
  }

  /** The attempts as they are now, for loops that end some of them. */
  List<Attempt> copy() {
    return List.copyOf(attempts.values());
  }

  int size() {
    return attempts.size();
  }

  /** Requests that the engine has. */
  int running() {
    int running = 0;
    for (Attempt attempt : attempts.values()) {
      running += attempt.state().isWithEngine() ? 1 : 0;
    }
    return running;
  }

  /** The attempt that this lease, or one with the same fencing token, began. */
  @Nullable Attempt find(Lease lease) {
    return attempts.get(Key.of(lease));
  }

  /** Adds an attempt; returns false if its lease is held already. */
  boolean add(Attempt attempt) {
    return attempts.putIfAbsent(Key.of(attempt.lease()), attempt) == null;
  }

  /** Removes an attempt; returns false if it was not held. */
  boolean remove(Attempt attempt) {
    return attempts.remove(Key.of(attempt.lease()), attempt);
  }
}
