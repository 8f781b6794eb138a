package io.penstock.compose.bench.protocol;

import io.penstock.compose.bench.sim.VirtualClock;
import io.penstock.schemas.ControlCommand;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.fleet.FleetView;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What all parts share: the clock, the weather, the log and who reads along. */
final class Cluster {

  static final int SHARDS = 2;

  final VirtualClock clock = new VirtualClock();
  final Weather weather;
  final History history = new History();
  final Audit audit;
  final ProtocolSettings settings;
  private final List<ShardLogs> shards = new ArrayList<>();
  private final Map<String, Consumer<Lease>> workers = new HashMap<>();
  private final Map<String, FleetReport> reports = new TreeMap<>();
  private @Nullable FleetView fleet;
  private Consumer<InferenceResult> results = _ -> {};

  Cluster(ProtocolSettings settings) {
    this.settings = settings;
    this.weather = new Weather(settings);
    this.audit = new Audit(settings.requests(), history);
    for (int shard = 0; shard < SHARDS; shard++) {
      shards.add(new ShardLogs());
    }
  }

  Chance chance(String part) {
    return new Chance(settings.seed(), part);
  }

  /** The present by a clock that is off by some nanoseconds. */
  Instant instant(long skew) {
    return VirtualClock.instant(clock.now() + skew);
  }

  ShardLogs shard(int shard) {
    return shards.get(shard);
  }

  /** Writes a scored request to its shard. */
  void submit(int shard, ScoredFacts facts, ServiceClass serviceClass) {
    audit.submitted(RequestIds.number(facts.getId()), shard, facts.getDeadline(), clock.instant());
    shard(shard).append(ShardLogs.work(serviceClass), new Work(facts, serviceClass));
  }

  /** Writes a command to every shard, as its sender cannot know which one is concerned. */
  void command(ShardTopic topic, ControlCommand command) {
    for (int shard = 0; shard < SHARDS; shard++) {
      shard(shard).append(topic, command);
    }
  }

  /** A worker reads its leases. */
  void readsLeases(String workerId, Consumer<Lease> reader) {
    workers.put(workerId, reader);
  }

  void append(Lease lease) {
    Consumer<Lease> reader = workers.get(lease.getWorkerId());
    if (reader != null) {
      reader.accept(lease);
    }
  }

  /** The front reads results. */
  void readsResults(Consumer<InferenceResult> reader) {
    results = reader;
  }

  void append(InferenceResult result) {
    results.accept(result);
  }

  void append(String key, @Nullable FleetReport report) {
    if (report == null) {
      reports.remove(key);
    } else {
      reports.put(key, report);
    }
    fleet = null;
  }

  FleetView fleet() {
    FleetView known = fleet;
    if (known == null) {
      known = FleetView.of(reports.values());
      fleet = known;
    }
    return known;
  }
}
