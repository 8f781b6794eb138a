package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.streams.dispatch.lifecycle.Decision;
import io.penstock.streams.dispatch.lifecycle.Event;
import org.jspecify.annotations.Nullable;

/** Counts what a shard decides. */
@FunctionalInterface
public interface ShardMetrics {

  ShardMetrics NONE = (event, decision, entry) -> {};

  /**
   * Counts one decision.
   *
   * @param entry the request as it was before, or as it arrived; null where nothing is known of it
   */
  void decided(Event event, Decision decision, @Nullable DispatchEntry entry);
}
