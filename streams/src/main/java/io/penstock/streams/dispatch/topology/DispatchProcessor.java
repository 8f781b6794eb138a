package io.penstock.streams.dispatch.topology;

import io.penstock.streams.dispatch.shard.ClusterView;
import io.penstock.streams.dispatch.shard.DispatchShard;
import java.time.Instant;
import org.apache.kafka.streams.processor.PunctuationType;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;

/**
 * Runs one model partition's shard inside Streams. It only passes records and time to the shard,
 * which writes through the context in the same transaction.
 */
final class DispatchProcessor implements Processor<String, byte[], String, Object> {

  private final DispatchParts parts;
  private ProcessorContext<String, Object> context;
  private DispatchShard shard;
  private Outputs outputs;
  private Intake intake;
  private DispatchGauges gauges;

  DispatchProcessor(DispatchParts parts) {
    this.parts = parts;
  }

  @Override
  public void init(ProcessorContext<String, Object> context) {
    this.context = context;
    int partition = context.taskId().partition();
    outputs = new Outputs(context, parts.config().statusDetail(), parts.clock());
    shard =
        new DispatchShard(
            partition,
            parts.topics().names(),
            parts.rules(),
            new Stores(context),
            outputs,
            parts.counters(),
            new ClusterView(
                parts.topics().modelPartitions(),
                parts.followed()::fleet,
                parts.followed()::routing,
                parts.followed()::models));
    intake =
        new Intake(
            shard,
            parts.topics().names(),
            parts.serdes(),
            outputs,
            parts.topics().maxRequestBytes());
    gauges = new DispatchGauges(parts.registry(), partition);
    shard.restore(now());
    parts.counters().takenOver();
    context.schedule(
        parts.config().tick(), PunctuationType.WALL_CLOCK_TIME, ignoredMillis -> tick());
  }

  @Override
  public void process(Record<String, byte[]> record) {
    RecordMetadata position = context.recordMetadata().orElseThrow();
    if (parts.crashLoop().hopeless(position)) {
      intake.bury(record, position, now());
      parts.counters().unreadable(position.topic());
    } else if (parts.crashLoop().condemned(position)) {
      parts.crashLoop().watch(position, () -> intake.setAside(record, position, now()));
      parts.counters().unreadable(position.topic());
    } else {
      parts.crashLoop().watch(position, () -> take(record, position));
    }
    if (parts.batchEnd().reached()) {
      commitIfAwaited();
    }
  }

  private void take(Record<String, byte[]> record, RecordMetadata position) {
    if (!intake.take(record, position, now())) {
      parts.counters().unreadable(position.topic());
    }
  }

  @Override
  public void close() {
    parts.batchEnd().forget();
    if (gauges != null) {
      gauges.close();
    }
  }

  /** What nobody waits for, such as a demand without a lease, goes with the next commit. */
  private void commitIfAwaited() {
    if (outputs.takeAwaited()) {
      context.commit();
    }
  }

  private void tick() {
    Instant now = now();
    shard.tick(now);
    commitIfAwaited();
    gauges.update(shard, now);
  }

  private Instant now() {
    return parts.clock().instant();
  }
}
