package io.penstock.compose.bench.real;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.load.ResultTap;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.sim.FleetExperiment;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.streams.dispatch.rank.SlackRankProvider;
import io.penstock.streams.dispatch.shard.ShardSettings;
import io.penstock.streams.score.ScoreConfig;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.workers.WorkerConfig;
import io.penstock.workers.engine.simulated.BatchingSettings;
import io.penstock.workers.engine.simulated.SimulatedConfig;
import io.penstock.workers.engine.simulated.SimulatedEngine;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * An experiment through Kafka, the real jobs and workers, all in this JVM. An instance belongs to
 * one thread.
 */
final class RealFleetRun implements AutoCloseable {

  private static final String MODEL = "simulated";
  private static final int MOST_OUTPUT = 4096;
  private static final int CONTEXT_WINDOW = 1_000_000;
  private static final int WARM_UPS = 800;
  private static final long WARM_UP_SPACING = Duration.ofMillis(15).toNanos();

  /** The time without any result after which the run has ended. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final FleetExperiment experiment;
  private final TimeScale scale;
  private final BenchCluster cluster;

  /**
   * What a run gave.
   *
   * @param begin of the trace, microseconds since 1970
   * @param lateMicros the most that a request was sent late
   */
  record Outcome(ServedLog log, long begin, long lateMicros) {}

  RealFleetRun(FleetExperiment experiment, TimeScale scale)
      throws IOException, InterruptedException {
    this.experiment = experiment;
    this.scale = scale;
    this.cluster = BenchCluster.start(score(scale));
  }

  Outcome run(BenchProgress progress) throws InterruptedException {
    List<FleetExperiment.Request> warmUps = warmUps();
    startParts(warmUps);
    var names = cluster.topics().names();
    try (TraceSender sender = new TraceSender(cluster.connection(), names, MODEL);
        ResultTap results = new ResultTap(cluster.connection(), names.results())) {
      progress.at("warm-up", 0.1);
      ServedLog warm = new ServedLog();
      results.tell((result, micros) -> warm.result(result));
      Arrivals.run(
          warmUps,
          new TimeScale(1),
          request -> {
            warm.sending(request.id());
            sender.send(request);
          });
      await(warm, warmUps.size());
      ServedLog log = new ServedLog();
      results.tell((result, micros) -> log.result(result));
      List<FleetExperiment.Request> requests = experiment.requests();
      int[] sent = {0};
      Arrivals.Sent done =
          Arrivals.run(
              requests,
              scale,
              request -> {
                progress.at("real", 0.2 + 0.7 * sent[0]++ / requests.size());
                log.sending(request.id());
                sender.send(request);
              });
      await(log, requests.size());
      return new Outcome(log, done.beginMicros(), done.latestMicros());
    }
  }

  private void startParts(List<FleetExperiment.Request> warmUps) throws InterruptedException {
    cluster.startDispatch(
        DispatchConfig.DEFAULT.withShard(
            ShardSettings.DEFAULT.withRank(SlackRankProvider.named(scale.rank()))));
    new ModelPublisher(cluster.connection(), cluster.topics()).apply(List.of(model()));
    Map<String, Integer> lengths = new HashMap<>();
    experiment.requests().forEach(each -> lengths.put(each.id(), each.outputTokens()));
    warmUps.forEach(each -> lengths.put(each.id(), each.outputTokens()));
    List<BatchingSettings> engines = experiment.engines();
    for (int i = 0; i < engines.size(); i++) {
      SimulatedConfig config =
          SimulatedConfig.of(experiment.profile())
              .withBatching(engines.get(i))
              .withSpeedUp(scale.speedUp());
      cluster.startWorker(
          worker("worker-%03d".formatted(i)),
          new RevealedLengths(new SimulatedEngine(config, Clock.systemUTC()), lengths));
    }
  }

  private WorkerConfig worker(String id) {
    WorkerConfig.Probes probes = WorkerConfig.Probes.DEFAULT;
    return new WorkerConfig(id, List.of(MODEL), experiment.profile().maxBatch())
        .withPrefillChunkTokens(experiment.gateTokens())
        .withProbes(
            new WorkerConfig.Probes(
                probes.gpuInterval(),
                scale.recheck(probes.recheckInterval()),
                probes.staleAfter()));
  }

  private static ScoreConfig score(TimeScale scale) {
    return ScoreConfig.DEFAULT.withLevels(scale.levels());
  }

  /** One model partition, as in the simulation. */
  private static ModelSpec model() {
    return ModelSpec.newBuilder()
        .setName(MODEL)
        .setEndpoints(List.of("/v1/completions"))
        .setContextWindow(CONTEXT_WINDOW)
        .setMaxOutputTokens(MOST_OUTPUT)
        .setPartitions(List.of(0))
        .setUpdatedAt(Instant.now())
        .build();
  }

  /** They are as long as the predictor expects without them, so that they teach it nothing. */
  private static List<FleetExperiment.Request> warmUps() {
    return IntStream.range(0, WARM_UPS)
        .mapToObj(
            number ->
                new FleetExperiment.Request(
                    "warm-up-" + number,
                    number * WARM_UP_SPACING,
                    64,
                    (int) OutputLengthPredictor.PRIOR_TOKENS,
                    "warm-up",
                    ServiceClass.INTERACTIVE))
        .toList();
  }

  private static void await(ServedLog log, int count) throws InterruptedException {
    int seen = log.answered();
    long since = System.nanoTime();
    while (seen < count && System.nanoTime() - since < PATIENCE.toNanos()) {
      Thread.sleep(20);
      int now = log.answered();
      if (now > seen) {
        seen = now;
        since = System.nanoTime();
      }
    }
  }

  @Override
  public void close() {
    cluster.close();
  }
}
