package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.ids.RequestKey;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.shard.ShardOutput;
import io.penstock.streams.runtime.StatusDetail;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.jspecify.annotations.Nullable;

/** Forwards a shard's records to the sinks, stamped with the time of writing. */
final class Outputs implements ShardOutput {

  static final String LEASES = "leases";
  static final String RESULTS = "results";
  static final String LIFECYCLE = "lifecycle";
  static final String DEAD_LETTERS = "dead-letters";
  static final String TRANSFERS = "transfers";
  static final String FLEET = "fleet";
  static final String TRACEPARENT = "traceparent";

  private final ProcessorContext<String, Object> context;
  private final StatusDetail detail;
  private final InstantSource clock;
  private boolean awaited;

  Outputs(ProcessorContext<String, Object> context, StatusDetail detail, InstantSource clock) {
    this.context = context;
    this.detail = detail;
    this.clock = clock;
  }

  @Override
  public void write(Effect effect, @Nullable String traceparent) {
    switch (effect) {
      case Effect.Instruct(var lease) -> {
        awaited = true;
        forward(LEASES, lease.getWorkerId(), lease, traceparent);
      }
      case Effect.Answer(var result) -> {
        awaited = true;
        forward(RESULTS, result.getId(), result, traceparent);
      }
      case Effect.Announce(var status) -> {
        if (detail.includes(status.getState())) {
          String key = RequestKey.of(status);
          forward(LIFECYCLE, key, status, traceparent);
        }
      }
      case Effect.Bury(var letter) ->
          forward(DEAD_LETTERS, letter.getRequestId().orElse(null), letter, traceparent);
      case Effect.Transfer(var transfer, int partition) -> {
        awaited = true;
        String id = transfer.getEntry().getFacts().getId();
        forward(TRANSFERS, id, new Handed(transfer, partition), traceparent);
      }
      case Effect.Report(var key, var report) -> forward(FLEET, key, report, null);
    }
  }

  /**
   * Returns whether a lease, a transfer or a result was written since the last call, which somebody
   * waits for.
   */
  boolean takeAwaited() {
    boolean was = awaited;
    awaited = false;
    return was;
  }

  /** Writes a dead letter for a record that is not a request's. */
  void bury(@Nullable String key, SpecificRecord letter) {
    forward(DEAD_LETTERS, key, letter, null);
  }

  private void forward(
      String sink, @Nullable String key, @Nullable Object value, @Nullable String traceparent) {
    Headers headers = new RecordHeaders();
    if (traceparent != null) {
      headers.add(TRACEPARENT, traceparent.getBytes(StandardCharsets.US_ASCII));
    }
    context.forward(new Record<>(key, value, clock.millis(), headers), sink);
  }
}
