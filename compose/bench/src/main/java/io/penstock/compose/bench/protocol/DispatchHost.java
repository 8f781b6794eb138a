package io.penstock.compose.bench.protocol;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.CommandKind;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.shard.ClusterView;
import io.penstock.streams.dispatch.shard.DispatchShard;
import io.penstock.streams.dispatch.shard.ShardMetrics;
import io.penstock.streams.dispatch.shard.ShardRules;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The processes that own one shard, one after the other. Each runs a {@link DispatchShard} as the
 * Streams job does: records and time go in, and what comes out is committed together with the state
 * and the positions, or not at all.
 */
final class DispatchHost {

  private static final long TICK = Duration.ofMillis(200).toNanos();
  private static final int MOST_SKEW_MILLIS = 1_000;
  private static final int LARGEST_POLL = 30;

  private final int partition;
  private final Cluster cluster;
  private final ShardRules rules;
  private final ShardLogs logs;
  private final ShardState state;
  private final Chance chance;
  private long epoch;
  private Owner owner;

  /** A process dies here. */
  private static final class Crash extends RuntimeException {
    private static final long serialVersionUID = 1;

    Crash() {
      super(null, null, false, false);
    }
  }

  DispatchHost(int partition, Cluster cluster, ShardRules rules) {
    this.partition = partition;
    this.cluster = cluster;
    this.rules = rules;
    this.logs = cluster.shard(partition);
    this.state = new ShardState(cluster.settings.planted());
    this.chance = cluster.chance("dispatch-" + partition);
    this.owner = new Owner();
    logs.whenAppended(() -> owner.wake());
  }

  /** How many requests the shard has, by what is committed. */
  int unfinished() {
    return state.unfinished();
  }

  /** Another process takes the shard over, whether or not its owner still runs. */
  private void takeOver() {
    owner.replaced();
    owner = new Owner();
    owner.wake();
  }

  private void takeOverAfter(long nanos) {
    long replaced = epoch;
    cluster.clock.after(
        nanos,
        () -> {
          if (epoch == replaced) {
            takeOver();
          }
        });
  }

  /** What an owner wrote in its transaction. */
  private record Written(Effect effect, Instant at) {}

  private final class Owner {

    private final long ownEpoch;
    private final long skew;
    private final ShardState.View view = state.view();
    private final long[] positions = logs.committed();
    private final List<Written> output = new ArrayList<>();
    private final List<Integer> cancelsRead = new ArrayList<>();
    private final DispatchShard shard;
    private boolean ended;
    private boolean scheduled;
    private long pausedUntil;

    Owner() {
      ownEpoch = ++epoch;
      skew = cluster.weather.skew(MOST_SKEW_MILLIS);
      readAgain();
      shard =
          new DispatchShard(
              partition,
              TopicNames.DEFAULT,
              rules,
              view,
              (effect, _) -> write(effect),
              ShardMetrics.NONE,
              new ClusterView(Cluster.SHARDS, cluster::fleet, () -> RoutingState.EMPTY));
      shard.restore(now());
      cluster.clock.after(TICK, this::tick);
    }

    private void readAgain() {
      if (!cluster.weather.brings(FaultKind.REPLAY, 4)) {
        return;
      }
      for (int topic = 0; topic < ShardTopic.COUNT; topic++) {
        long back = chance.below(ShardLogs.READ_AGAIN);
        positions[topic] = Math.max(logs.log(topic).first(), positions[topic] - back);
      }
    }

    private Instant now() {
      return cluster.instant(skew);
    }

    private void write(Effect effect) {
      if (effect instanceof Effect.Transfer transfer
          && cluster.settings.planted() == PlantedBug.TRANSFER_REPEATED) {
        cluster.shard(transfer.partition()).append(ShardTopic.TRANSFERS, transfer.transfer());
      }
      output.add(new Written(effect, now()));
    }

    /** There is something to read. */
    void wake() {
      if (!scheduled && !ended) {
        scheduled = true;
        cluster.clock.after(chance.millis(1, 6), this::poll);
      }
    }

    private boolean sleeps(Runnable action) {
      if (cluster.clock.now() >= pausedUntil) {
        return false;
      }
      cluster.clock.at(pausedUntil + chance.millis(0, 3), action);
      return true;
    }

    private void poll() {
      if (ended || sleeps(this::poll)) {
        return;
      }
      scheduled = false;
      run(this::readSome);
      if (!ended && logs.hasMore(positions)) {
        wake();
      }
    }

    private void tick() {
      if (ended || sleeps(this::tick)) {
        return;
      }
      run(() -> shard.tick(now()));
      if (!ended) {
        cluster.clock.after(TICK, this::tick);
      }
    }

    private void run(Runnable work) {
      try {
        work.run();
        disturb();
        if (cluster.clock.now() >= pausedUntil) {
          commit();
        }
      } catch (Crash crash) {
        end();
        if (ownEpoch == epoch) {
          takeOverAfter(chance.millis(100, 7_000));
        }
      }
    }

    private void readSome() {
      for (int left = 1 + chance.below(LARGEST_POLL); left > 0; left--) {
        int topic = next();
        if (topic < 0 || cluster.clock.now() < pausedUntil) {
          return;
        }
        Object record = logs.log(topic).get(positions[topic]);
        long offset = positions[topic]++;
        take(record, offset);
        disturb();
      }
    }

    /** The most urgent topic with a record, or now and then any: buffers are filled by chance. */
    private int next() {
      int from = chance.oneIn(8) ? chance.below(ShardTopic.COUNT) : 0;
      for (int each = 0; each < ShardTopic.COUNT; each++) {
        int topic = (from + each) % ShardTopic.COUNT;
        // One that was replaced may stand where the log has been cut off.
        positions[topic] = Math.max(positions[topic], logs.log(topic).first());
        if (positions[topic] < logs.log(topic).end()) {
          return topic;
        }
      }
      return -1;
    }

    private void take(Object record, long offset) {
      switch (record) {
        case AttemptOutcome outcome -> {
          var _ = shard.outcome(outcome, now());
        }
        case WorkerDemand demand -> shard.demand(demand, now());
        case ControlCommand command -> {
          shard.control(command, now());
          if (command.getKind() == CommandKind.CANCEL) {
            cancelsRead.add(RequestIds.number(command.getRequestId().orElseThrow()));
          }
        }
        case DispatchTransfer transfer -> shard.transfer(transfer, now());
        case Work work -> shard.work(work.facts(), work.serviceClass(), offset, null, now());
        default -> throw new IllegalStateException("no shard reads " + record);
      }
    }

    /** Between any two records the process may die or stop for a while. */
    private void disturb() {
      if (cluster.weather.brings(FaultKind.CRASH_DISPATCH, 30_000)) {
        throw new Crash();
      }
      if (cluster.weather.brings(FaultKind.PAUSE_DISPATCH, 30_000)) {
        long pause = chance.millis(100, 20_000);
        pausedUntil = cluster.clock.now() + pause;
        long patience = chance.millis(3_000, 7_000);
        if (pause > patience && ownEpoch == epoch) {
          takeOverAfter(patience);
        }
      }
    }

    private void commit() {
      if (output.isEmpty() && !view.isChanged() && !hasRead()) {
        return;
      }
      if (ownEpoch != epoch && cluster.settings.planted() != PlantedBug.FENCE_LEFT_OUT) {
        end();
        return;
      }
      if (cluster.weather.brings(FaultKind.ABORT, 3_000)) {
        end();
        takeOverAfter(chance.millis(50, 500));
        return;
      }
      apply();
      if (cluster.weather.brings(FaultKind.UNKNOWN_COMMIT, 10_000)) {
        throw new Crash();
      }
    }

    private boolean hasRead() {
      long[] before = logs.committed();
      for (int topic = 0; topic < ShardTopic.COUNT; topic++) {
        if (before[topic] != positions[topic]) {
          return true;
        }
      }
      return false;
    }

    private void apply() {
      cluster.history.add(cluster.clock.now() * 2 + partition);
      for (Written each : output) {
        cluster.audit.committed(partition, each.effect(), each.at());
        append(each.effect());
      }
      cancelsRead.forEach(number -> cluster.audit.cancelRead(number, partition));
      output.clear();
      cancelsRead.clear();
      view.commit();
      logs.commit(positions);
    }

    private void append(Effect effect) {
      switch (effect) {
        case Effect.Instruct(var lease) -> cluster.append(lease);
        case Effect.Answer(var result) -> cluster.append(result);
        case Effect.Transfer(var transfer, int to) -> {
          if (cluster.settings.planted() != PlantedBug.TRANSFER_REPEATED) {
            cluster.shard(to).append(ShardTopic.TRANSFERS, transfer);
          }
        }
        case Effect.Report(var key, var report) -> cluster.append(key, report);
        case Effect.Announce _, Effect.Bury _ -> {}
      }
    }

    /** Another process owns the shard now. */
    void replaced() {
      if (!ended) {
        view.replaced();
      }
    }

    private void end() {
      ended = true;
      view.close();
    }
  }
}
