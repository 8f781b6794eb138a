package io.penstock.compose.bench.front;

import io.penstock.compose.bench.Bench;
import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Findings;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.ProcessCpu;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.engine.Engine;
import io.penstock.workers.engine.EngineFactory;
import io.penstock.workers.engine.EngineSettings;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the HTTP front and all that is behind it add to a call: the whole answer, and the first
 * token of a stream, beside the same calls of the same engine without Penstock. Then how long it
 * takes until another instance answers for the ids of one that was killed.
 */
public record FrontBench(FrontSettings settings) implements Bench {

  /** Its worker sends each chunk at once. */
  static final String MODEL = "bench-front";

  /** Its worker lets chunks wait for others. */
  static final String LINGERING = "bench-front-linger";

  private static final int SLOTS = 512;
  private static final int WIDE_GATE_TOKENS = 10_000_000;

  @Override
  public Findings run(BenchProgress progress) throws Exception {
    try (StubServer engine = new StubServer(settings.tokens(), settings.gap());
        BenchCluster cluster = BenchCluster.serving(progress, MODEL, LINGERING);
        HttpLoad load = new HttpLoad()) {
      cluster.startWorker(worker(MODEL, Duration.ZERO), openAi(engine));
      cluster.startWorker(worker(LINGERING, settings.linger()), openAi(engine));
      URI front = cluster.startFront();
      warmUp(load, front, engine.address(), progress);
      Map<Double, FrontReport.Rounds> rounds = new LinkedHashMap<>();
      for (double rate : settings.rates()) {
        progress.at(
            "%.0f calls/s".formatted(rate), 0.2 + 0.5 * rounds.size() / settings.rates().size());
        rounds.put(rate, measure(load, front, engine.address(), rate));
      }
      progress.at("chunks that wait", 0.7);
      FrontReport.Lingering lingering = linger(load, front);
      List<Double> takeOvers = new ArrayList<>();
      if (settings.kills() > 0) {
        progress.at("kill -9", 0.8);
        takeOvers.addAll(TakeOver.measure(cluster, settings.kills(), progress.part(0.8, 0.98)));
      }
      return new FrontReport(settings, rounds, lingering, takeOvers).findings();
    }
  }

  private void warmUp(HttpLoad load, URI front, URI engine, BenchProgress progress)
      throws InterruptedException {
    if (settings.warmUp().isZero()) {
      return;
    }
    progress.at("warm-up", 0.1);
    Duration part = settings.warmUp().dividedBy(3);
    var _ = load.waiting(front, MODEL, 100, part);
    var _ = load.streaming(front, MODEL, 20, part.dividedBy(2));
    var _ = load.streaming(front, LINGERING, 20, part.dividedBy(2));
    var _ = load.waiting(engine, MODEL, 100, part.dividedBy(2));
    var _ = load.streaming(engine, MODEL, 20, part.dividedBy(2));
  }

  private FrontReport.Rounds measure(HttpLoad load, URI front, URI engine, double rate)
      throws InterruptedException {
    List<CallLatency> through = new ArrayList<>();
    List<CallLatency> direct = new ArrayList<>();
    Duration time = settings.round(rate);
    for (int repeat = 0; repeat < settings.repeats(); repeat++) {
      through.add(latency(load, front, rate, time));
      direct.add(latency(load, engine, rate, time));
    }
    return new FrontReport.Rounds(through, direct);
  }

  private static CallLatency latency(HttpLoad load, URI base, double rate, Duration time)
      throws InterruptedException {
    RequestLog whole = load.waiting(base, MODEL, rate, time);
    RequestLog streamed = load.streaming(base, MODEL, rate, time);
    return CallLatency.of(whole, streamed);
  }

  /** The same streams with and without linger, in turns, and the processor time they take. */
  private FrontReport.Lingering linger(HttpLoad load, URI front) throws InterruptedException {
    List<CallLatency> atOnce = new ArrayList<>();
    List<CallLatency> later = new ArrayList<>();
    List<Double> atOnceCpu = new ArrayList<>();
    List<Double> laterCpu = new ArrayList<>();
    double rate = settings.headline();
    for (int repeat = 0; repeat < settings.repeats(); repeat++) {
      atOnceCpu.add(streams(load, front, MODEL, rate, atOnce));
      laterCpu.add(streams(load, front, LINGERING, rate, later));
    }
    return new FrontReport.Lingering(atOnce, later, atOnceCpu, laterCpu);
  }

  /** Returns milliseconds of processor time a stream. */
  private double streams(
      HttpLoad load, URI front, String model, double rate, List<CallLatency> latencies)
      throws InterruptedException {
    long begin = ProcessCpu.ownNanos();
    RequestLog streamed = load.streaming(front, model, rate, settings.round(rate));
    latencies.add(CallLatency.of(streamed, streamed));
    return (ProcessCpu.ownNanos() - begin) / 1e6 / streamed.count();
  }

  private static WorkerConfig worker(String model, Duration linger) {
    WorkerConfig config =
        new WorkerConfig("worker-" + model, List.of(model), SLOTS)
            .withPrefillChunkTokens(WIDE_GATE_TOKENS);
    return config.withTiming(config.timing().withChunkLinger(linger));
  }

  private static Engine openAi(StubServer server) {
    return EngineFactory.create(
        new EngineSettings("openai", Map.of("base-url", server.address().toString())),
        InstantSource.system());
  }
}
