package io.penstock.compose.bench.peers;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.load.EpochMicros;
import io.penstock.compose.bench.load.OutcomeReader;
import io.penstock.compose.bench.load.PenstockLoad;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.BenchProcess;
import io.penstock.schemas.ServiceClass;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * Penstock with its default settings: Kafka, score, dispatch, the producer and the workers in this
 * JVM, the registry beside it. Workers that are killed are processes.
 */
final class PenstockSystem implements QueueSystem {

  private static final String MODEL = "bench-peers";
  private static final String KILL_MODEL = "bench-peers-kill";
  private static final String BATCH = "fill:";

  /** Multiples of it, less their whole part, spread evenly, however many there are. */
  private static final double GOLDEN_RATIO = 0.618034;

  private static final Duration DEADLINE = Duration.ofHours(12);
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final Duration STRAGGLERS = Duration.ofSeconds(2);
  private static final Duration STALL = Duration.ofSeconds(60);

  /**
   * This keeps the just-in-time gate, which counts prompt tokens, from bounding the closed loop.
   */
  private static final int WIDE_GATE_TOKENS = 10_000_000;

  private final PeersSettings settings;
  private final BenchCluster cluster;
  private final PenstockLoad load;
  private final List<Worker> workers = new ArrayList<>();
  private long filled;

  /** Starts everything and returns when it is ready. */
  PenstockSystem(PeersSettings settings) throws IOException, InterruptedException {
    this.settings = settings;
    cluster = BenchCluster.serving(BenchProgress.NONE, MODEL, KILL_MODEL);
    try {
      for (int number = 1; number <= PeersSettings.WORKERS; number++) {
        workers.add(
            cluster.startWorker(
                new WorkerConfig("bench-" + number, List.of(MODEL), settings.slots())
                    .withPrefillChunkTokens(WIDE_GATE_TOKENS),
                new CountingEngine(request -> job(request.id()), InstantSource.system())));
      }
      load = load(MODEL);
      cluster.closeFirst(load);
    } catch (InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
  }

  private PenstockLoad load(String model) {
    return new PenstockLoad(cluster.connection(), cluster.topics().names(), model, DEADLINE);
  }

  /** Batch requests take from half to one and a half of the settings' time, as the peers' do. */
  private Duration job(String id) {
    if (!id.startsWith(BATCH)) {
      return Duration.ZERO;
    }
    double spread = 0.5 + Long.parseLong(id.substring(BATCH.length())) * GOLDEN_RATIO % 1;
    return Duration.ofNanos(Math.round(settings.batchJob().toNanos() * spread));
  }

  @Override
  public double closedLoop(Duration rampUp, Duration time, int inFlight)
      throws InterruptedException {
    return load.closedLoop(ServiceClass.INTERACTIVE, inFlight, rampUp, time);
  }

  @Override
  public RequestLog openLoop(double perSecond, Duration time) throws InterruptedException {
    return load.openLoop(perSecond, time, PATIENCE);
  }

  @Override
  public void fill(long count) throws InterruptedException {
    long before = cluster.waiting();
    for (long i = 0; i < count; i++) {
      load.send(BATCH + filled++, ServiceClass.BATCH);
    }
    load.flush();
    awaitDepth(before + count);
  }

  /** Returns when this many wait, or no more come because workers take as many. */
  private void awaitDepth(long target) throws InterruptedException {
    long most = cluster.waiting();
    long lastRise = System.nanoTime();
    long settled = Duration.ofSeconds(3).toNanos();
    while (most < target && System.nanoTime() - lastRise < settled) {
      Thread.sleep(20);
      long now = cluster.waiting();
      if (now > most) {
        most = now;
        lastRise = System.nanoTime();
      }
      if (now == 0 && System.nanoTime() - lastRise > STALL.toNanos()) {
        throw new IllegalStateException("nothing waits after " + STALL.toSeconds() + " s");
      }
    }
  }

  @Override
  public long waiting() {
    return cluster.waiting();
  }

  @Override
  public KilledWorker killWorker() throws Exception {
    workers.forEach(Worker::close);
    BenchProcess victim = worker("kill-1").awaitReady();
    BenchProcess _ = worker("kill-2").awaitReady();
    try (PenstockLoad killed = load(KILL_MODEL);
        OutcomeReader outcomes =
            new OutcomeReader(cluster.connection(), cluster.topics().names().outcomes())) {
      CompletableFuture<Long> killedAt =
          CompletableFuture.supplyAsync(
              () -> kill(victim),
              CompletableFuture.delayedExecutor(
                  settings.killTime().toMillis() / 2,
                  TimeUnit.MILLISECONDS,
                  Thread::startVirtualThread));
      RequestLog log =
          killed.openLoop(settings.killRate(), settings.killTime(), settings.patience());
      Thread.sleep(STRAGGLERS);
      Map<String, Integer> attempts = new HashMap<>();
      outcomes.forEach(each -> attempts.merge(each.getRequestId(), each.getAttempt(), Math::max));
      long runAgain =
          attempts.entrySet().stream()
              .filter(each -> log.number(each.getKey()).isPresent())
              .mapToLong(each -> each.getValue() - 1)
              .sum();
      return KilledWorker.of(log, killedAt.get(), 0, runAgain);
    }
  }

  private BenchProcess worker(String id) throws IOException {
    return BenchProcess.worker(cluster, id, KILL_MODEL, settings.slots(), settings.killJob());
  }

  private static long kill(BenchProcess victim) {
    try {
      long at = EpochMicros.now();
      victim.kill();
      return at;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    cluster.close();
  }
}
