package io.penstock.compose.bench.protocol;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.streams.dispatch.health.HealthSettings;
import io.penstock.streams.dispatch.shard.ShardRules;
import io.penstock.streams.dispatch.shard.ShardSettings;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Runs the protocol from the first request until the last one has ended. Storms and calms follow
 * each other; at the end of each calm everything that came before it must have ended.
 */
public final class ProtocolSimulation {

  private static final Duration STORM = Duration.ofSeconds(60);
  private static final Duration CALM = Duration.ofMinutes(2);

  /** Longer than any deadline, and the time in which a batch is closed. */
  private static final Duration LONGEST_END = Duration.ofMinutes(20);

  private static final int SLOTS = 16;

  private final Cluster cluster;
  private final List<DispatchHost> shards = new ArrayList<>();
  private final BatchFront front;
  private final Clients clients;
  private long steps;
  private @Nullable Instant settlingSince;
  private Instant calmSince;
  private boolean done;

  private ProtocolSimulation(ProtocolSettings settings) {
    cluster = new Cluster(settings);
    calmSince = cluster.clock.instant();
    ShardRules rules = ShardRules.of(rules());
    for (int shard = 0; shard < Cluster.SHARDS; shard++) {
      shards.add(new DispatchHost(shard, cluster, rules));
    }
    worker("w0", Map.of(0, Set.of("m")));
    worker("w1", Map.of(1, Set.of("n")));
    worker("w2", Map.of(0, Set.of("m"), 1, Set.of("n")));
    worker("w3", Map.of(0, Set.of("m"), 1, Set.of("n#green")));
    worker("w4", Map.of(0, Set.of("m#blue")));
    worker("w5", Map.of(1, Set.of("n"), 0, Set.of("m#blue")));
    front = new BatchFront(cluster);
    clients = new Clients(cluster, front);
    storm();
  }

  /** Short times, so that much happens in a simulated minute. */
  private static ShardSettings rules() {
    ShardSettings usual = ShardSettings.DEFAULT;
    return new ShardSettings(
        usual.leaseTimeout(),
        Duration.ofMinutes(25),
        Duration.ofMinutes(12),
        usual.overdueGrace(),
        usual.retries(),
        usual.rank(),
        usual.fairness(),
        usual.reserve(),
        usual.choice(),
        usual.assumedSpeeds(),
        new HealthSettings(
            Duration.ofSeconds(20),
            5,
            0.4,
            null,
            3,
            Duration.ofSeconds(2),
            Duration.ofSeconds(8),
            1,
            Duration.ofSeconds(3)),
        usual.moves());
  }

  private void worker(String id, Map<Integer, Set<String>> models) {
    var _ = new WorkerHost(id, SLOTS, models, cluster);
  }

  /** Runs a simulation to its end, or to the first violation. */
  public static SimulationResult run(
      ProtocolSettings settings, InstantSource clock, BenchProgress progress) {
    Instant began = clock.instant();
    ProtocolSimulation simulation = new ProtocolSimulation(settings);
    SimulationResult.Violation violation = null;
    try {
      simulation.runToEnd(progress);
    } catch (ViolationException violated) {
      violation = simulation.violation(violated.invariant(), violated.getMessage());
    } catch (RuntimeException failed) {
      StackTraceElement where = failed.getStackTrace()[0];
      violation = simulation.violation(Invariant.NO_FAILURE, failed + " at " + where);
    }
    double seconds = Duration.between(began, clock.instant()).toMillis() / 1e3;
    return simulation.result(seconds, violation);
  }

  private SimulationResult.Violation violation(Invariant invariant, @Nullable String what) {
    return new SimulationResult.Violation(invariant, String.valueOf(what), steps, clients.sent());
  }

  private SimulationResult result(double seconds, SimulationResult.@Nullable Violation violation) {
    Audit audit = cluster.audit;
    return new SimulationResult(
        cluster.settings,
        audit.accepted(),
        steps,
        cluster.clock.now() / 1e9,
        cluster.weather.counts(),
        audit.grants(),
        audit.startedAgain(),
        audit.ended(),
        audit.repetitions(),
        audit.transfers(),
        front.ended(),
        seconds,
        cluster.history.text(),
        violation);
  }

  private void runToEnd(BenchProgress progress) {
    var _ =
        cluster.clock.runWhile(
            () -> {
              if (steps++ % 100_000 == 0) {
                progress.at(
                    "simulating", (double) cluster.audit.ended() / cluster.settings.requests());
              }
              return !done;
            });
  }

  private void storm() {
    cluster.weather.storm();
    cluster.clock.after(STORM.toNanos(), this::calm);
  }

  private void calm() {
    cluster.weather.calm();
    calmSince = cluster.clock.instant();
    cluster.clock.after(CALM.toNanos(), this::endOfCalm);
  }

  private void endOfCalm() {
    cluster.audit.requireEnded(calmSince, CALM);
    front.requireEnded(calmSince, CALM);
    if (clients.areDone()) {
      settle();
    } else {
      storm();
    }
  }

  /** Everything has come; what is left ends by itself. */
  private void settle() {
    Instant now = cluster.clock.instant();
    if (settlingSince == null) {
      settlingSince = now;
    }
    boolean empty =
        shards.stream().allMatch(shard -> shard.unfinished() == 0)
            && cluster.audit.accepted() == cluster.audit.ended();
    if (empty && front.isDone()) {
      done = true;
    } else if (Duration.between(settlingSince, now).compareTo(LONGEST_END) > 0) {
      cluster.audit.requireEnded(now, LONGEST_END);
      throw new ViolationException(
          Invariant.NOTHING_WAITS,
          "%d requests are left in the shards, and %d batches"
              .formatted(
                  shards.stream().mapToInt(DispatchHost::unfinished).sum(), front.running()));
    } else {
      cluster.clock.after(Duration.ofSeconds(1).toNanos(), this::settle);
    }
  }
}
