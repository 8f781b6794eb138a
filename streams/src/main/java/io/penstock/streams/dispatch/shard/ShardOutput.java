package io.penstock.streams.dispatch.shard;

import io.penstock.streams.dispatch.lifecycle.Effect;
import org.jspecify.annotations.Nullable;

/** Where a shard's records go. */
@FunctionalInterface
public interface ShardOutput {

  /**
   * Writes a record in the transaction of the event.
   *
   * @param traceparent the W3C trace context of the request, if any
   */
  void write(Effect effect, @Nullable String traceparent);
}
