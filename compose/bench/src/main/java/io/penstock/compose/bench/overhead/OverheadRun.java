package io.penstock.compose.bench.overhead;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.load.ClosedLoop;
import io.penstock.compose.bench.load.OpenLoop;
import io.penstock.compose.bench.load.OutcomeReader;
import io.penstock.compose.bench.load.Pacing;
import io.penstock.compose.bench.load.PenstockLoad;
import io.penstock.compose.bench.load.PlainChain;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import io.penstock.compose.bench.load.RequestSender;
import io.penstock.compose.bench.rig.BenchCluster;
import io.penstock.schemas.ServiceClass;
import java.time.Duration;

/** The rounds of {@code bench overhead} on a running cluster. An instance belongs to one thread. */
final class OverheadRun implements AutoCloseable {

  /** To the lease: the request's topic, work, leases. */
  static final int LEASE_HOPS = 3;

  /** To the result: outcomes, results. */
  static final int RESULT_HOPS = 2;

  private static final Duration DEADLINE = Duration.ofMinutes(5);
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final Duration RAMP_UP = Duration.ofSeconds(2);

  private final PenstockLoad load;
  private final OutcomeReader outcomes;
  private final PlainChain plain;
  private final byte[] plainValue;
  private int rounds;

  OverheadRun(BenchCluster cluster, String model) throws InterruptedException {
    var connection = cluster.connection();
    var names = cluster.topics().names();
    load = new PenstockLoad(connection, names, model, DEADLINE);
    outcomes = new OutcomeReader(connection, names.outcomes());
    plain = PlainChain.start(connection, LEASE_HOPS + RESULT_HOPS);
    // As large as a request on the wire: the body, and about 150 bytes of ids and times.
    plainValue = new byte[RequestSender.bodyBytes(model, 1) + 150];
  }

  /** Latencies through Penstock at a rate. */
  HopLatency penstock(double rate, Duration time) throws InterruptedException {
    return HopLatency.of(outcomes.openLoop(load, rate, time));
  }

  /** Latencies through plain topics at a rate. */
  HopLatency plain(double rate, Duration time) throws InterruptedException {
    Pacing pacing = new Pacing(rate);
    RequestLog log = new RequestLog("k" + rounds++, pacing.count(time));
    plain.tell(
        (hop, id, micros) ->
            log.number(id)
                .ifPresent(
                    number -> {
                      if (hop == LEASE_HOPS) {
                        log.at(number, Moment.LEASED, micros);
                        log.at(number, Moment.FINISHED, micros);
                      } else if (hop == LEASE_HOPS + RESULT_HOPS) {
                        log.result(number, true, micros);
                      }
                    }));
    OpenLoop.run(log, pacing, number -> plain.send(log.id(number), plainValue));
    log.await(PATIENCE);
    return HopLatency.of(log);
  }

  /** The most requests per second through Penstock. */
  double penstockThroughput(int inFlight, Duration time) throws InterruptedException {
    return load.closedLoop(ServiceClass.INTERACTIVE, inFlight, RAMP_UP, time);
  }

  /** The most records per second through plain topics. */
  double plainThroughput(int inFlight, Duration time) throws InterruptedException {
    ClosedLoop loop = new ClosedLoop(inFlight);
    String round = "d" + rounds++ + ":";
    plain.tell(
        (hop, id, micros) -> {
          if (hop == LEASE_HOPS + RESULT_HOPS && id.startsWith(round)) {
            loop.arrived();
          }
        });
    return loop.run(RAMP_UP, time, number -> plain.send(round + number, plainValue));
  }

  /** Both ways under closed-loop load, so that the JIT compiler has seen them. */
  void warmUp(Duration time, int inFlight, BenchProgress progress) throws InterruptedException {
    if (time.isZero()) {
      return;
    }
    progress.at("warm-up", 0);
    penstockThroughput(inFlight, time.multipliedBy(3).dividedBy(4));
    progress.at("warm-up of plain Kafka", 0.75);
    plainThroughput(inFlight, time.dividedBy(4));
  }

  @Override
  public void close() {
    plain.close();
    outcomes.close();
    load.close();
  }
}
