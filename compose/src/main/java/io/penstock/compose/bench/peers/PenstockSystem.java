package io.penstock.compose.bench.peers;

import io.penstock.compose.bench.load.ClosedLoop;
import io.penstock.compose.bench.load.EpochMicros;
import io.penstock.compose.bench.load.OpenLoop;
import io.penstock.compose.bench.load.OutcomeReader;
import io.penstock.compose.bench.load.Pacing;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestSender;
import io.penstock.compose.bench.load.ResultTap;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.BenchProcess;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.DispatchConfig;
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

  /** So that the just-in-time gate, which counts prompt tokens, does not bound the closed loop. */
  private static final int WIDE_GATE_TOKENS = 10_000_000;

  private final PeersSettings settings;
  private final BenchCluster cluster;
  private final RequestSender sender;
  private final ResultTap results;
  private final List<Worker> workers = new ArrayList<>();
  private long filled;
  private int rounds;

  /** Starts everything and returns when it is ready. */
  PenstockSystem(PeersSettings settings) throws IOException, InterruptedException {
    this.settings = settings;
    cluster = BenchCluster.start();
    try {
      cluster.startDispatch(DispatchConfig.DEFAULT);
      cluster.register(MODEL, List.of());
      cluster.register(KILL_MODEL, List.of());
      for (int number = 1; number <= PeersSettings.WORKERS; number++) {
        workers.add(
            cluster.startWorker(
                new WorkerConfig("bench-" + number, List.of(MODEL), settings.slots())
                    .withPrefillChunkTokens(WIDE_GATE_TOKENS),
                new CountingEngine(request -> job(request.id()), InstantSource.system())));
      }
      sender = new RequestSender(cluster.connection(), cluster.topics().names(), MODEL, 1);
      cluster.closeFirst(sender);
      results = new ResultTap(cluster.connection(), cluster.topics().names().results());
      cluster.closeFirst(results);
    } catch (InterruptedException | RuntimeException e) {
      cluster.close();
      throw e;
    }
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
    ClosedLoop loop = new ClosedLoop(inFlight);
    String round = "c" + rounds++ + ":";
    results.tell(round, loop);
    return loop.run(
        rampUp, time, number -> sender.send(round + number, ServiceClass.INTERACTIVE, DEADLINE));
  }

  @Override
  public RequestLog openLoop(double perSecond, Duration time) throws InterruptedException {
    return openLoop(sender, perSecond, time, PATIENCE);
  }

  private RequestLog openLoop(
      RequestSender through, double perSecond, Duration time, Duration patience)
      throws InterruptedException {
    Pacing pacing = new Pacing(perSecond);
    RequestLog log = new RequestLog("p" + rounds++, pacing.count(time));
    results.record(log);
    OpenLoop.run(
        log, pacing, number -> through.send(log.id(number), ServiceClass.INTERACTIVE, DEADLINE));
    log.await(patience);
    return log;
  }

  @Override
  public void fill(long count) throws InterruptedException {
    long before = cluster.waiting();
    for (long i = 0; i < count; i++) {
      sender.send(BATCH + filled++, ServiceClass.BATCH, DEADLINE);
    }
    sender.flush();
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
    try (RequestSender through =
            new RequestSender(cluster.connection(), cluster.topics().names(), KILL_MODEL, 1);
        OutcomeReader outcomes =
            new OutcomeReader(cluster.connection(), cluster.topics().names().outcomes())) {
      CompletableFuture<Long> killed =
          CompletableFuture.supplyAsync(
              () -> kill(victim),
              CompletableFuture.delayedExecutor(
                  settings.killTime().toMillis() / 2, TimeUnit.MILLISECONDS));
      RequestLog log =
          openLoop(through, settings.killRate(), settings.killTime(), settings.patience());
      Thread.sleep(STRAGGLERS);
      Map<String, Integer> attempts = new HashMap<>();
      outcomes.forEach(each -> attempts.merge(each.getRequestId(), each.getAttempt(), Math::max));
      long runAgain =
          attempts.entrySet().stream()
              .filter(each -> log.number(each.getKey()).isPresent())
              .mapToLong(each -> each.getValue() - 1)
              .sum();
      return KilledWorker.of(log, killed.get(), 0, runAgain);
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
