package io.penstock.compose.bench.failover;

import io.penstock.compose.bench.load.EpochMicros;
import io.penstock.compose.bench.load.PenstockLoad;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.topics.ModelPartitions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

/** Steady load for a model that all shards serve, and what happens to the system meanwhile. */
final class DisturbedLoad implements AutoCloseable {

  private static final String MODEL = "bench-failover";
  private static final Duration DEADLINE = Duration.ofHours(1);
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration STRAGGLERS = Duration.ofSeconds(3);

  private final double rate;
  private final List<Integer> partitions;
  private final PenstockLoad load;

  /** What happens. */
  @FunctionalInterface
  interface Disturbance {

    void happen() throws Exception;
  }

  /**
   * @param rate requests per second
   */
  DisturbedLoad(BenchCluster cluster, double rate) {
    this.rate = rate;
    partitions = partitions(cluster);
    load = new PenstockLoad(cluster.connection(), cluster.topics().names(), MODEL, DEADLINE);
  }

  private static List<Integer> partitions(BenchCluster cluster) {
    return IntStream.range(0, cluster.topics().modelPartitions()).boxed().toList();
  }

  /** The model that the requests are for, known to the cluster from now on. */
  static String register(BenchCluster cluster) throws InterruptedException {
    cluster.register(MODEL, partitions(cluster));
    return MODEL;
  }

  void warmUp(Duration time) throws InterruptedException {
    RequestLog log = load(time);
    if (log.unanswered() > 0) {
      throw new IllegalStateException(
          "%d of %d requests of the warm-up had no result after %d s"
              .formatted(log.unanswered(), log.count(), PATIENCE.toSeconds()));
    }
  }

  /** Sends for this time, and has something happen after a third of it. */
  Recovery run(Duration time, Disturbance disturbance) throws Exception {
    CompletableFuture<Long> disturbed =
        CompletableFuture.supplyAsync(
            () -> {
              try {
                long at = EpochMicros.now();
                disturbance.happen();
                return at;
              } catch (Exception e) {
                throw new CompletionException(e);
              }
            },
            CompletableFuture.delayedExecutor(
                time.toMillis() / 3, TimeUnit.MILLISECONDS, Thread::startVirtualThread));
    RequestLog log = load(time);
    long at = disturbed.get();
    Thread.sleep(STRAGGLERS);
    ModelSpec spec =
        ModelSpec.newBuilder()
            .setName(MODEL)
            .setEndpoints(List.of("/v1/chat/completions"))
            .setContextWindow(1)
            .setMaxOutputTokens(1)
            .setPartitions(partitions)
            .setUpdatedAt(Instant.EPOCH)
            .build();
    return Recovery.of(
        log, at, number -> ModelPartitions.of(spec, log.id(number), partitions.size()));
  }

  private RequestLog load(Duration time) throws InterruptedException {
    return load.openLoop(rate, time, PATIENCE);
  }

  @Override
  public void close() {
    load.close();
  }
}
