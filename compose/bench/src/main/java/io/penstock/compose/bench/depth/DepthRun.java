package io.penstock.compose.bench.depth;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.load.OpenLoop;
import io.penstock.compose.bench.load.OutcomeReader;
import io.penstock.compose.bench.load.Pacing;
import io.penstock.compose.bench.load.PenstockLoad;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.compose.bench.rig.LiveHeap;
import io.penstock.compose.bench.rig.SleepingEngine;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.DispatchConfig;
import io.penstock.workers.Worker;
import io.penstock.workers.WorkerConfig;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** The steps of {@code bench depth} on a running cluster. An instance belongs to one thread. */
final class DepthRun implements AutoCloseable {

  static final String MODEL = "bench-depth";

  /** Below this many the heap of the index is lost in the noise. */
  private static final int LEAST_FOR_HEAP = 20_000;

  /** Requests that are counted for the ingest rate. */
  private static final int INGEST_BURST = 10_000;

  private static final int IN_FLIGHT = 256;
  private static final Duration DEADLINE = Duration.ofHours(12);

  /** The same load before it counts: a new worker, and code that measuring the heap unloaded. */
  private static final Duration SETTLING = Duration.ofSeconds(5);

  private final BenchCluster cluster;
  private final DepthSettings settings;
  private final PenstockLoad load;
  private final OutcomeReader outcomes;
  private final AtomicLong filled = new AtomicLong();
  private int workers;
  private long emptyHeap;

  DepthRun(BenchCluster cluster, DepthSettings settings) {
    this.cluster = cluster;
    this.settings = settings;
    var connection = cluster.connection();
    var names = cluster.topics().names();
    load = new PenstockLoad(connection, names, MODEL, DEADLINE);
    outcomes = new OutcomeReader(connection, names.outcomes());
  }

  /** Closed-loop load through a worker that takes hardly any time. */
  double closedLoop(Duration time, ServiceClass serviceClass) throws InterruptedException {
    try (Worker _ = worker(IN_FLIGHT, Duration.ofNanos(1))) {
      return load.closedLoop(serviceClass, IN_FLIGHT, Duration.ofSeconds(1), time);
    }
  }

  void rememberHeap() throws InterruptedException {
    emptyHeap = LiveHeap.bytes();
  }

  DepthFigures at(int depth, BenchProgress progress) throws IOException, InterruptedException {
    int burst = Math.min(INGEST_BURST, depth);
    fillTo(depth - burst, depth, progress.part(0, 0.5));
    long begin = System.nanoTime();
    fillTo(depth, depth, progress.part(0.5, 0.6));
    double ingest = burst * 1e9 / (System.nanoTime() - begin);
    double heap =
        depth < LEAST_FOR_HEAP
            ? Double.NaN
            : (double) (LiveHeap.bytes() - emptyHeap) / cluster.waiting();
    progress.at("leases with %d waiting".formatted(depth), 0.6);
    RequestLog log = interactive(depth);
    long after = cluster.waiting();
    progress.at("restart with %d waiting".formatted(after), 0.8);
    double restart = restart(false);
    double restartEmpty = restart(true);
    var lease = log.between(Moment.DUE, Moment.LEASED);
    return new DepthFigures(
        depth,
        after,
        lease.millis(50),
        lease.millis(99),
        ingest,
        heap,
        restart,
        restartEmpty,
        log.unanswered() + log.duplicates() + log.failed());
  }

  /** Batch requests per second through a worker that takes hardly any time, from the backlog. */
  double drainRate(Duration time) throws InterruptedException {
    AtomicLong arrived = new AtomicLong();
    load.onResult((result, micros) -> arrived.incrementAndGet());
    try (Worker _ = worker(IN_FLIGHT, Duration.ofNanos(1))) {
      BenchCluster.await("the first drained request", () -> arrived.get() > 0);
      long begin = System.nanoTime();
      long before = arrived.get();
      long end = begin + time.toNanos();
      while (System.nanoTime() < end && cluster.waiting() > 0) {
        Thread.sleep(50);
      }
      return (arrived.get() - before) * 1e9 / (System.nanoTime() - begin);
    }
  }

  private void fillTo(long target, int depth, BenchProgress progress) throws InterruptedException {
    long missing = target - cluster.waiting();
    for (long i = 0; i < missing; i++) {
      sendBatch();
    }
    load.flush();
    cluster.awaitWaiting(
        target, now -> progress.at("filling to %d".formatted(depth), (double) now / depth));
  }

  private void sendBatch() {
    load.send("fill:" + filled.incrementAndGet(), ServiceClass.BATCH);
  }

  /** Interactive requests beside a backlog that is refilled as fast as it is worked off. */
  private RequestLog interactive(int depth) throws InterruptedException {
    try (Worker _ = worker(settings.work().slots(), settings.work().job())) {
      Thread refill = Thread.ofPlatform().name("bench-refill").start(() -> refill(depth));
      try {
        outcomes.openLoop(load, settings.work().perSecond(), SETTLING);
        return outcomes.openLoop(load, settings.work().perSecond(), settings.time());
      } finally {
        refill.interrupt();
        refill.join();
      }
    }
  }

  /** Sends while fewer wait, so that a machine too slow for the schedule deepens nothing. */
  private void refill(int depth) {
    Pacing pacing = new Pacing(settings.refillPerSecond());
    RequestLog schedule = new RequestLog("refill", pacing.count(Duration.ofMinutes(10)));
    try {
      OpenLoop.run(
          schedule,
          pacing,
          number -> {
            if (cluster.waiting() < depth) {
              sendBatch();
            }
          });
    } catch (InterruptedException _) {
      // The measurement is over.
    }
  }

  private double restart(boolean forget) throws IOException, InterruptedException {
    boolean waited = cluster.waiting() > 0;
    cluster.stopDispatch(forget);
    long begin = System.nanoTime();
    cluster.startDispatch(DispatchConfig.DEFAULT);
    double seconds = (System.nanoTime() - begin) / 1e9;
    // What waits is told some time after dispatch has its partitions.
    BenchCluster.await("what waited before", () -> !waited || cluster.waiting() > 0);
    return seconds;
  }

  private Worker worker(int slots, Duration job) throws InterruptedException {
    return cluster.startWorker(
        new WorkerConfig("bench-" + ++workers, List.of(MODEL), slots),
        new SleepingEngine(() -> job));
  }

  @Override
  public void close() {
    outcomes.close();
    load.close();
  }
}
