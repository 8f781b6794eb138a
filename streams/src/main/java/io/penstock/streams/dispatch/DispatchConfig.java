package io.penstock.streams.dispatch;

import io.penstock.schemas.settings.Range;
import io.penstock.streams.dispatch.shard.ShardSettings;
import io.penstock.streams.runtime.ProgressSettings;
import io.penstock.streams.runtime.StatusDetail;
import java.time.Duration;

/**
 * The settings of the dispatch job.
 *
 * @param shard the rules
 * @param statusDetail which changes of state are written to the lifecycle topic
 * @param tick how often leases, deadlines and backoffs are looked at, 10 to 500 ms
 * @param exactlyOnce whether every event is one transaction; without it latency is half of that or
 *     less, throughput a third less, and a crash may repeat results
 * @param commitInterval how long a transaction may gather events while more wait, 1 ms to 10 s;
 *     without {@code exactlyOnce}, how often offsets are committed, which holds up what comes
 *     meanwhile, and of how long the events are that a crash repeats
 * @param pollTime how long a thread without work waits before it looks at the commit interval
 *     again, 1 ms to 1 s: bounds idle CPU from above. A lease or a result never waits for it
 * @param threads stream threads, 1 to 64; more than model partitions are of no use
 * @param standbys warm copies of each shard on other instances, 0 to 3
 * @param sessionTimeout after how long Kafka gives a dead instance's shards to another, not below
 *     the broker's {@code group.min.session.timeout.ms}
 * @param transactionTimeout after how long Kafka aborts a dead instance's transaction; what it
 *     wrote in it holds up readers until then
 * @param tenantsCounted tenants with metrics of their own, 0 or more; later ones are counted
 *     together
 * @param progress when dispatch counts as stalled
 * @param beginAnew whether to read everything again that is kept, where it is not known any more
 *     what was read; else such a start is refused. Ids that are remembered are not run again
 */
public record DispatchConfig(
    ShardSettings shard,
    StatusDetail statusDetail,
    Duration tick,
    boolean exactlyOnce,
    Duration commitInterval,
    Duration pollTime,
    int threads,
    int standbys,
    Duration sessionTimeout,
    Duration transactionTimeout,
    int tenantsCounted,
    ProgressSettings progress,
    boolean beginAnew) {

  private static final Duration OFFSETS_EVERY = Duration.ofSeconds(1);

  public static final DispatchConfig DEFAULT =
      new DispatchConfig(
          ShardSettings.DEFAULT,
          StatusDetail.ALL,
          Duration.ofMillis(200),
          true,
          Duration.ofMillis(20),
          Duration.ofMillis(20),
          1,
          0,
          Duration.ofSeconds(6),
          Duration.ofSeconds(6),
          100,
          ProgressSettings.DEFAULT,
          false);

  public DispatchConfig {
    Range.require("tick", tick, Duration.ofMillis(10), Duration.ofMillis(500));
    Range.require("commitInterval", commitInterval, Duration.ofMillis(1), Duration.ofSeconds(10));
    Range.require("pollTime", pollTime, Duration.ofMillis(1), Duration.ofSeconds(1));
    Range.require("sessionTimeout", sessionTimeout, Duration.ofSeconds(1), Duration.ofMinutes(5));
    Range.require(
        "transactionTimeout", transactionTimeout, Duration.ofSeconds(1), Duration.ofMinutes(15));
    Range.require("threads", threads, 1, 64);
    Range.require("standbys", standbys, 0, 3);
    Range.require("tenantsCounted", tenantsCounted, 0, 100_000);
    if (transactionTimeout.compareTo(commitInterval) <= 0) {
      throw new IllegalArgumentException("transactionTimeout must be longer than commitInterval");
    }
  }

  /** A copy with other time-outs for a dead instance. */
  public DispatchConfig withFailover(Duration session, Duration transaction) {
    return with(shard, exactlyOnce, commitInterval, standbys, session, transaction);
  }

  /** A copy with other rules. */
  public DispatchConfig withShard(ShardSettings other) {
    return with(other, exactlyOnce, commitInterval, standbys, sessionTimeout, transactionTimeout);
  }

  /** A copy with another guarantee and the commit interval that suits it. */
  public DispatchConfig withExactlyOnce(boolean other) {
    Duration interval = other ? DEFAULT.commitInterval() : OFFSETS_EVERY;
    return with(shard, other, interval, standbys, sessionTimeout, transactionTimeout);
  }

  /** A copy with another number of warm copies. */
  public DispatchConfig withStandbys(int other) {
    return with(shard, exactlyOnce, commitInterval, other, sessionTimeout, transactionTimeout);
  }

  private DispatchConfig with(
      ShardSettings rules,
      boolean once,
      Duration interval,
      int copies,
      Duration session,
      Duration transaction) {
    return new DispatchConfig(
        rules,
        statusDetail,
        tick,
        once,
        interval,
        pollTime,
        threads,
        copies,
        session,
        transaction,
        tenantsCounted,
        progress,
        beginAnew);
  }
}
