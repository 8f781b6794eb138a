package io.penstock.compose.bench.peers;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.Spread;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;

/** The measurements of each system, in the same order. */
final class SystemRun {

  private static final Duration RAMP_UP = Duration.ofMillis(500);
  private static final double URGENT_PER_SECOND = 5;
  private static final Duration URGENT_TIME = Duration.ofSeconds(2);

  /** The queue counts as deep enough above this share of the depth asked for. */
  private static final double DEEP_ENOUGH = 0.99;

  private final PeersSettings settings;
  private long bad;

  SystemRun(PeersSettings settings) {
    this.settings = settings;
  }

  /**
   * Measures a system.
   *
   * @param warmUp closed-loop load before anything counts
   */
  SystemFigures measure(QueueSystem system, Duration warmUp, BenchProgress progress)
      throws Exception {
    progress.at("warm-up", 0.1);
    if (warmUp.isPositive()) {
      system.closedLoop(RAMP_UP, warmUp, settings.inFlight());
    }
    progress.at("no-op requests, closed loop", 0.3);
    List<Double> noOps = new ArrayList<>();
    for (int repeat = 0; repeat < settings.repeats(); repeat++) {
      noOps.add(system.closedLoop(RAMP_UP, settings.throughput(), settings.inFlight()));
    }
    progress.at("%.0f requests/s, idle queue".formatted(settings.rate()), 0.45);
    SystemFigures.Latency idle = latency(system);
    progress.at("filling the queue", 0.55);
    fill(system);
    progress.at("%.0f requests/s, deep queue".formatted(settings.rate()), 0.7);
    long depth = system.waiting();
    SystemFigures.Latency deep = latency(system);
    RequestLog urgent = openLoop(system, URGENT_PER_SECOND, URGENT_TIME);
    var wait = urgent.between(Moment.DUE, Moment.STARTED);
    progress.at("killing a worker", 0.85);
    KilledWorker killed = system.killWorker();
    return new SystemFigures(
        Spread.of(noOps),
        idle,
        deep,
        depth,
        new SystemFigures.Urgent(wait.millis(50), wait.millis(100)),
        killed,
        bad);
  }

  /** Again for what workers took meanwhile. */
  private void fill(QueueSystem system) throws Exception {
    for (int time = 0; time < 3; time++) {
      long missing = settings.depth() - system.waiting();
      if (missing > settings.depth() * (1 - DEEP_ENOUGH)) {
        system.fill(missing);
      }
    }
  }

  private SystemFigures.Latency latency(QueueSystem system) throws Exception {
    List<RequestLog> rounds = new ArrayList<>();
    for (int repeat = 0; repeat < settings.repeats(); repeat++) {
      rounds.add(openLoop(system, settings.rate(), settings.round()));
    }
    return new SystemFigures.Latency(
        spread(rounds, log -> log.between(Moment.DUE, Moment.STARTED).millis(50)),
        spread(rounds, log -> log.between(Moment.DUE, Moment.STARTED).millis(99)),
        spread(rounds, log -> log.between(Moment.DUE, Moment.SENT).millis(99)));
  }

  private RequestLog openLoop(QueueSystem system, double perSecond, Duration time)
      throws Exception {
    RequestLog log = system.openLoop(perSecond, time);
    bad += log.unanswered() + log.duplicates() + log.failed();
    return log;
  }

  private static Spread spread(List<RequestLog> rounds, ToDoubleFunction<RequestLog> figure) {
    return Spread.of(rounds.stream().mapToDouble(figure).toArray());
  }
}
