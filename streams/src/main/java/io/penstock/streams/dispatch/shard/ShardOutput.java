package io.penstock.streams.dispatch.shard;

import io.penstock.streams.dispatch.lifecycle.Effect;
import org.jspecify.annotations.Nullable;

/** Takes the records that a shard writes. */
@FunctionalInterface
public interface ShardOutput {

  /**
   * Writes a record in the transaction of the event.
   *
   * @param traceparent the W3C trace context of the request, if any
   */
  void write(Effect effect, @Nullable String traceparent);
}
