package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.streams.dispatch.health.TargetBook;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What is not granted although somebody would take it: requests of targets that are unhealthy, and
 * the batch of models whose overload defers it. For one thread.
 */
final class Gate {

  private static final String DEFER_BATCH = "defer_batch";

  private final TargetBook book;
  private Set<String> deferred = Set.of();
  private RoutingState known = RoutingState.EMPTY;

  Gate(TargetBook book) {
    this.book = book;
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

  /** Whether batch of this model has to wait. */
  boolean defersBatch(String model) {
    return !deferred.isEmpty() && deferred.contains(model);
  }
}
