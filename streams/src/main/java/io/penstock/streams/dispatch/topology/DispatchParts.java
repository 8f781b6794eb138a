package io.penstock.streams.dispatch.topology;

import io.micrometer.core.instrument.MeterRegistry;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.streams.dispatch.shard.ShardRules;
import io.penstock.streams.runtime.BatchEnd;
import io.penstock.streams.runtime.CrashLoop;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;

/**
 * The parts that the processors of all shards share. All of them are thread-safe.
 *
 * @param rules those of every shard, its policies included
 * @param batchEnd when to commit before the interval is over
 * @param stopping whether the job is being closed, so that nothing is waited for
 * @param crashLoop finds records that end one thread after another
 * @param followed what is known of other shards and of the routing policy
 */
public record DispatchParts(
    DispatchConfig config,
    ShardRules rules,
    TopicSettings topics,
    AvroSerdes serdes,
    BatchEnd batchEnd,
    InstantSource clock,
    MeterRegistry registry,
    DispatchCounters counters,
    BooleanSupplier stopping,
    CrashLoop crashLoop,
    Followed followed) {

  public DispatchParts(
      DispatchConfig config,
      ShardRules rules,
      TopicSettings topics,
      AvroSerdes serdes,
      BatchEnd batchEnd,
      InstantSource clock,
      MeterRegistry registry,
      BooleanSupplier stopping) {
    this(
        config,
        rules,
        topics,
        serdes,
        batchEnd,
        clock,
        registry,
        new DispatchCounters(registry, config.tenantsCounted()),
        stopping,
        new CrashLoop(),
        new Followed());
  }
}
