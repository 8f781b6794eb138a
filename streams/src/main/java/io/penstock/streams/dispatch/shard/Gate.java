package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.streams.dispatch.health.TargetBook;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is not granted although somebody would take it: requests of targets that are unhealthy, the
 * batch of models whose overload defers it, and batch that would take the slots set aside for
 * others. For one thread.
 */
final class Gate {

  private static final String DEFER_BATCH = "defer_batch";

  private final TargetBook book;
  private final SlotReserve reserve;
  private final long memoryMicros;
  private final Map<String, Long> lastInteractive = new HashMap<>();
  private Set<String> deferred = Set.of();
  private RoutingState known = RoutingState.EMPTY;

  Gate(TargetBook book, SlotReserve reserve) {
    this.book = book;
    this.reserve = reserve;
    this.memoryMicros = reserve.memory().toNanos() / 1000;
  }

  /** Takes over which models defer batch. */
  void update(RoutingState routing) {
    if (!routing.equals(known)) {
      known = routing;
      deferred =
          routing
              .all(Degradation.class)
              .filter(degradation -> degradation.has(DEFER_BATCH))
              .map(Degradation::name)
              .collect(Collectors.toUnmodifiableSet());
    }
  }

  /** Whether requests of this target may be granted. */
  boolean admits(String target) {
    return book.admits(target);
  }

  /** Takes note of a grant, which tells what comes. */
  void granted(String model, ServiceClass serviceClass, long nowMicros) {
    if (serviceClass == ServiceClass.INTERACTIVE) {
      lastInteractive.put(model, nowMicros);
    }
  }

  /** Whether this worker may be given requests of this class and model now. */
  boolean admits(ServiceClass serviceClass, String model, WorkerView worker, long nowMicros) {
    if (serviceClass != ServiceClass.BATCH) {
      return true;
    }
    if (!deferred.isEmpty() && deferred.contains(model)) {
      return false;
    }
    int setAside = reserve.of(worker.slots());
    return setAside == 0
        || worker.slots() - worker.running() > setAside
        || !expectsInteractive(model, nowMicros);
  }

  private boolean expectsInteractive(String model, long nowMicros) {
    Long last = lastInteractive.get(model);
    return last != null && nowMicros - last <= memoryMicros;
  }
}
