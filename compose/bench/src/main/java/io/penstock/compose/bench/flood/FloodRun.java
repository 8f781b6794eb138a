package io.penstock.compose.bench.flood;

import io.penstock.compose.bench.load.EpochMicros;
import io.penstock.compose.bench.load.OutcomeReader;
import io.penstock.compose.bench.load.PenstockLoad;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestSender;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/** The rounds of {@code bench flood} on a running cluster. An instance belongs to one thread. */
final class FloodRun implements AutoCloseable {

  static final String MODEL = "bench-flood";

  private static final int IN_FLIGHT = 256;
  private static final Duration DEADLINE = Duration.ofHours(12);

  private final BenchCluster cluster;
  private final FloodSettings settings;
  private final PenstockLoad load;
  private final RequestSender flood;
  private final OutcomeReader outcomes;

  FloodRun(BenchCluster cluster, FloodSettings settings) {
    this.cluster = cluster;
    this.settings = settings;
    var connection = cluster.connection();
    var names = cluster.topics().names();
    load = new PenstockLoad(connection, names, MODEL, DEADLINE);
    flood = new RequestSender(connection, names, MODEL, 1);
    outcomes = new OutcomeReader(connection, names.outcomes());
  }

  /** Closed-loop load of both classes. */
  void warmUp() throws InterruptedException {
    for (ServiceClass serviceClass :
        new ServiceClass[] {ServiceClass.BATCH, ServiceClass.INTERACTIVE}) {
      load.closedLoop(
          serviceClass, IN_FLIGHT, Duration.ofSeconds(1), settings.warmUp().dividedBy(2));
    }
  }

  /** Interactive requests, and nothing beside them. */
  RequestLog alone() throws InterruptedException {
    return outcomes.openLoop(load, settings.work().perSecond(), settings.time());
  }

  /** Interactive requests while batch requests are sent and taken in. */
  Flooded flooded() throws InterruptedException {
    AtomicLong sent = new AtomicLong();
    AtomicLong end = new AtomicLong(Long.MAX_VALUE);
    Thread flooding = Thread.ofPlatform().name("bench-flood").start(() -> pour(sent, end));
    try {
      while (sent.get() == 0) {
        Thread.sleep(1);
      }
      RequestLog log = alone();
      return new Flooded(log, sent.get(), end.get(), cluster.waiting());
    } finally {
      flooding.interrupt();
      flooding.join();
    }
  }

  private void pour(AtomicLong sent, AtomicLong end) {
    for (int i = 0; i < settings.batch() && !Thread.currentThread().isInterrupted(); i++) {
      flood.send("flood:" + i, ServiceClass.BATCH, DEADLINE);
      sent.incrementAndGet();
    }
    flood.flush();
    end.set(EpochMicros.now());
  }

  /**
   * How it went.
   *
   * @param sent batch requests sent by the end
   * @param allSent when the last of them was sent, in microseconds since 1970; {@link
   *     Long#MAX_VALUE} if that was later
   * @param waiting batch requests that waited in dispatch by the end
   */
  record Flooded(RequestLog log, long sent, long allSent, long waiting) {}

  @Override
  public void close() {
    outcomes.close();
    flood.close();
    load.close();
  }
}
