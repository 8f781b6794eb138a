package io.penstock.compose.bench.failover;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.BenchProcess;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Measures what a killed process costs: two dispatch processes and two workers under steady load;
 * first a dispatch process is killed with SIGKILL, then a worker, then, on a cluster of its own, a
 * broker. Results are counted on the results topic itself. The model's requests are spread over all
 * partitions, so each dispatch process serves some of them.
 */
public final class FailoverBench implements Bench {

  private static final Duration WARM_UP = Duration.ofSeconds(5);

  private final FailoverSettings settings;

  public FailoverBench(FailoverSettings settings) {
    this.settings = settings;
  }

  @Override
  public Findings run(BenchProgress progress) throws Exception {
    boolean brokers = settings.brokers() > 0;
    Map<String, Recovery> found = killProcesses(progress.part(0, brokers ? 0.42 : 1));
    Optional<BrokerLoss> loss =
        brokers
            ? Optional.of(new BrokerKill(settings).run(progress.part(0.42, 1)))
            : Optional.empty();
    return new FailoverReport(settings, found, loss).findings();
  }

  private Map<String, Recovery> killProcesses(BenchProgress progress) throws Exception {
    progress.at("starting Kafka, the registry and score", 0);
    try (BenchCluster cluster = BenchCluster.start()) {
      String model = DisturbedLoad.register(cluster);
      new StoredWork(cluster, settings).put(model, progress.part(0.02, 0.1));
      progress.at("starting two dispatch processes and two workers", 0.1);
      KilledParts parts = KilledParts.start(cluster, model, settings);
      try (DisturbedLoad load = new DisturbedLoad(cluster, settings.work().perSecond())) {
        progress.at("warm-up", 0.25);
        load.warmUp(WARM_UP);
        Map<String, Recovery> found = new LinkedHashMap<>();
        progress.at("killing a dispatch process", 0.35);
        found.put("dispatch", load.run(settings.time(), parts.dispatch()::kill));
        progress.at("killing a worker", 0.65);
        found.put("worker", load.run(settings.time(), parts.worker()::kill));
        progress.at("stopping", 0.97);
        return found;
      }
    }
  }

  /**
   * The processes that serve the requests beside score: two dispatch processes and two workers.
   *
   * @param dispatch the one of two that may be killed
   * @param worker the one of two that may be killed
   */
  record KilledParts(BenchProcess dispatch, BenchProcess worker) {

    /** Starts them, and returns when they are ready and each shard has its warm copy. */
    static KilledParts start(BenchCluster cluster, String model, FailoverSettings settings)
        throws Exception {
      BenchProcess dispatch = dispatch(cluster, "dispatch-1", settings);
      BenchProcess otherDispatch = dispatch(cluster, "dispatch-2", settings);
      for (BenchProcess each : List.of(dispatch, otherDispatch)) {
        var _ = each.awaitReady();
      }
      if (settings.standbys() == 1) {
        for (BenchProcess each : List.of(dispatch, otherDispatch)) {
          each.awaitCopies(cluster.topics().modelPartitions(), settings.restoring());
        }
      }
      BenchProcess worker = worker(cluster, "worker-1", model, settings);
      BenchProcess otherWorker = worker(cluster, "worker-2", model, settings);
      for (BenchProcess each : List.of(worker, otherWorker)) {
        var _ = each.awaitReady();
      }
      return new KilledParts(dispatch, worker);
    }

    private static BenchProcess dispatch(
        BenchCluster cluster, String name, FailoverSettings settings) throws Exception {
      return BenchProcess.dispatch(
          cluster,
          name,
          settings.failover(),
          settings.standbys(),
          settings.moreHeapMegabytes(),
          settings.restoring());
    }

    private static BenchProcess worker(
        BenchCluster cluster, String id, String model, FailoverSettings settings) throws Exception {
      return BenchProcess.worker(
          cluster, id, model, settings.work().slots(), settings.work().job());
    }
  }
}
