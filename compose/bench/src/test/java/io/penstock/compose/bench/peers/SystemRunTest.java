package io.penstock.compose.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.compose.bench.BenchProgress;
import io.penstock.compose.bench.load.Pacing;
import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SystemRunTest {

  private final PeersSettings settings = PeersSample.settings(SystemName.PENSTOCK);

  /** Serves at once, but takes a tenth off the queue while it is filled. */
  private static final class FakeSystem implements QueueSystem {

    private final List<String> done = new ArrayList<>();
    private long waiting;

    @Override
    public double closedLoop(Duration rampUp, Duration time, int inFlight) {
      done.add("closed " + time.toSeconds());
      return 1000;
    }

    @Override
    public RequestLog openLoop(double perSecond, Duration time) {
      done.add("open " + (int) perSecond);
      RequestLog log = new RequestLog("r", new Pacing(perSecond).count(time));
      for (int number = 0; number < log.count(); number++) {
        log.at(number, Moment.DUE, 1_000_000);
        log.at(number, Moment.SENT, 1_000_000);
        log.at(number, Moment.STARTED, waiting > 0 ? 1_008_000 : 1_002_000);
        log.result(number, true, 1_009_000);
      }
      return log;
    }

    @Override
    public void fill(long count) {
      done.add("fill " + count);
      waiting += count * 9 / 10;
    }

    @Override
    public long waiting() {
      return waiting;
    }

    @Override
    public KilledWorker killWorker() {
      done.add("kill");
      return new KilledWorker(10, 0, 0, 0, 0, 1);
    }

    @Override
    public void close() {
      done.add("close");
    }
  }

  @Test
  void everySystemDoesTheSameInTheSameOrder() throws Exception {
    FakeSystem system = new FakeSystem();
    new SystemRun(settings).measure(system, Duration.ofSeconds(1), BenchProgress.NONE);
    assertThat(system.done)
        .containsExactly(
            "closed 1",
            "closed 2",
            "closed 2",
            "open 200",
            "open 200",
            "fill 1000",
            "fill 100",
            "open 200",
            "open 200",
            "open 5",
            "kill");
  }

  @Test
  void figuresOfTheIdleAndTheDeepQueueAreKeptApart() throws Exception {
    SystemFigures figures =
        new SystemRun(settings).measure(new FakeSystem(), Duration.ZERO, BenchProgress.NONE);
    assertThat(figures.idle().p50().median()).isCloseTo(2, within(0.01));
    assertThat(figures.deep().p99().median()).isCloseTo(8, within(0.01));
    assertThat(figures.urgent().most()).isCloseTo(8, within(0.01));
    assertThat(figures.depth()).isEqualTo(990);
    assertThat(figures.bad()).isZero();
  }
}
