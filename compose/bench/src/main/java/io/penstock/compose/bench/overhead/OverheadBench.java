package io.penstock.compose.bench.overhead;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.streams.score.ScoreConfig;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineFactory;
import io.penstock.workers.engine.EngineSettings;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures what Penstock adds to a request: from the producer's schedule to the lease in a worker's
 * hand and to the engine's start, from the engine's end to the result that a read_committed
 * consumer has, and the most no-op requests per second. Beside each figure stands what the same
 * number of plain Kafka hops takes on the same broker in the same run. The engine takes no time.
 */
public record OverheadBench(OverheadSettings settings) implements Bench {

  private static final String MODEL = "bench-noop";

  /**
   * This keeps the just-in-time gate, which counts prompt tokens, from bounding the closed loop.
   */
  private static final int WIDE_GATE_TOKENS = 10_000_000;

  @Override
  public Findings run(BenchProgress progress) throws Exception {
    try (BenchCluster cluster =
        BenchCluster.serving(
            progress,
            ScoreConfig.DEFAULT.withExactlyOnce(settings.exactlyOnce()),
            DispatchConfig.DEFAULT.withExactlyOnce(settings.exactlyOnce()),
            MODEL)) {
      cluster.startWorker(worker(1), noOp());
      try (OverheadRun run = new OverheadRun(cluster, MODEL)) {
        return measure(cluster, run, progress);
      }
    }
  }

  private Findings measure(BenchCluster cluster, OverheadRun run, BenchProgress progress)
      throws InterruptedException {
    run.warmUp(settings.warmUp(), settings.inFlight(), progress.part(0.05, 0.25));
    Map<Double, OverheadReport.Rounds> rounds = new LinkedHashMap<>();
    int all = settings.rates().size() * settings.repeats();
    int done = 0;
    for (double rate : settings.rates()) {
      List<HopLatency> penstock = new ArrayList<>();
      List<HopLatency> plain = new ArrayList<>();
      for (int repeat = 0; repeat < settings.repeats(); repeat++) {
        progress.at("%.0f requests/s".formatted(rate), 0.25 + 0.6 * done++ / all);
        penstock.add(run.penstock(rate, settings.round()));
        plain.add(run.plain(rate, settings.round()));
      }
      rounds.put(rate, new OverheadReport.Rounds(penstock, plain));
    }
    double noOps = Double.NaN;
    double plainNoOps = Double.NaN;
    if (settings.throughput().isPositive()) {
      progress.at("no-op requests, closed loop", 0.85);
      for (int number = 2; number <= settings.workers(); number++) {
        cluster.startWorker(worker(number), noOp());
      }
      noOps = run.penstockThroughput(settings.inFlight(), settings.throughput());
      progress.at("plain Kafka, closed loop", 0.93);
      plainNoOps = run.plainThroughput(settings.inFlight(), settings.throughput());
    }
    progress.at("stopping", 0.98);
    return new OverheadReport(settings, rounds, noOps, plainNoOps).findings();
  }

  private WorkerConfig worker(int number) {
    return new WorkerConfig("bench-" + number, List.of(MODEL), settings.slots())
        .withPrefillChunkTokens(WIDE_GATE_TOKENS);
  }

  private static Engine noOp() {
    return EngineFactory.create(
        new EngineSettings("simulated", Map.of("profile", "instant")), InstantSource.system());
  }
}
