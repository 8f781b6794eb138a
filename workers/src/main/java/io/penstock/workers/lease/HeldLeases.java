package io.penstock.workers.lease;

import io.penstock.schemas.Lease;
import io.penstock.schemas.ids.RequestKey;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The attempts that take up slots, in the order of their leases. Its owner locks. */
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

  /** All as they are now, for loops that end some. */
  List<Attempt> copy() {
    return List.copyOf(attempts.values());
  }

  int size() {
    return attempts.size();
  }

  int running() {
    return (int) attempts.values().stream().filter(Attempt::started).count();
  }

  /** The attempt that this lease, or one with the same fencing token, began. */
  @Nullable Attempt find(Lease lease) {
    return attempts.get(Key.of(lease));
  }

  boolean contains(Attempt attempt) {
    return find(attempt.lease()) == attempt;
  }

  /** Whether it is held and the engine does not have it yet. */
  boolean isWaiting(Attempt attempt) {
    return !attempt.started() && contains(attempt);
  }

  /** False if its lease is held already. */
  boolean add(Attempt attempt) {
    return attempts.putIfAbsent(Key.of(attempt.lease()), attempt) == null;
  }

  /** False if it was not held. */
  boolean remove(Attempt attempt) {
    return attempts.remove(Key.of(attempt.lease()), attempt);
  }
}
