package io.penstock.compose.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.bench.load.RequestLog.Moment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;

class OpenLoopTest {

  /** What coordinated omission would leave out: the wait of requests behind a held-up one. */
  @Test
  void aHeldUpSenderIsLateButTheScheduleStands() throws Exception {
    RequestLog log = new RequestLog("r", 5);
    List<Integer> sent = new ArrayList<>();
    OpenLoop.run(
        log,
        new Pacing(1000),
        number -> {
          sent.add(number);
          if (number == 0) {
            long until = System.nanoTime() + 20_000_000;
            while (System.nanoTime() < until) {
              LockSupport.parkNanos(until - System.nanoTime());
            }
          }
        });
    assertThat(sent).containsExactly(0, 1, 2, 3, 4);
    assertThat(log.when(4, Moment.DUE) - log.when(0, Moment.DUE)).isEqualTo(4_000);
    assertThat(log.when(1, Moment.SENT) - log.when(1, Moment.DUE)).isGreaterThan(15_000);
  }
}
