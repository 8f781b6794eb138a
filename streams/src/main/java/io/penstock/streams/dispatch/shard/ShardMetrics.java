package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.health.HealthListener;
import io.penstock.streams.dispatch.lifecycle.Decision;
import io.penstock.streams.dispatch.lifecycle.Event;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Counts what a shard decides. */
@FunctionalInterface
public interface ShardMetrics extends HealthListener {

  ShardMetrics NONE = (event, decision, entry) -> {};

  /**
   * Counts one decision.
   *
   * @param entry the request as it was before, or as it arrived; null where nothing is known of it
   */
  void decided(Event event, Decision decision, @Nullable DispatchEntry entry);

  /** A worker is given nothing until then, since others served what it failed or refused. */
  default void rests(String workerId, Instant until) {}

  @Override
  default void changed(Target target, TargetHealth health, String reason) {}

  @Override
  default void probed(Target target) {}
}
