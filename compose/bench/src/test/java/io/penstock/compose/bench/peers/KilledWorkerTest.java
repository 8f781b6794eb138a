package io.penstock.compose.bench.peers;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import org.junit.jupiter.api.Test;

class KilledWorkerTest {

  private static final long KILL = 5_000_000;

  private final RequestLog log = new RequestLog("k", 4);

  private void sent(int number, long at) {
    log.at(number, Moment.SENT, at);
  }

  @Test
  void recoveredWhenTheLastRequestSentBeforeTheKillHasItsResult() {
    sent(0, 1_000_000);
    log.result(0, true, 2_000_000);
    sent(1, 4_900_000);
    log.result(1, true, 9_000_000);
    sent(2, 6_000_000);
    log.result(2, true, 20_000_000);
    sent(3, 6_000_000);
    log.result(3, true, 20_000_000);
    KilledWorker killed = KilledWorker.of(log, KILL, 0, 2);
    assertThat(killed).isEqualTo(new KilledWorker(4, 0, 0, 0, 2, 4_000));
  }

  @Test
  void whatTheQueueStillHoldsIsStuckAndTheRestIsLost() {
    for (int number = 0; number < 4; number++) {
      sent(number, 1_000_000);
    }
    log.result(0, true, 2_000_000);
    log.result(0, true, 2_500_000);
    KilledWorker killed = KilledWorker.of(log, KILL, 1, 0);
    assertThat(killed.stuck()).isOne();
    assertThat(killed.lost()).isEqualTo(2);
    assertThat(killed.duplicated()).isOne();
    assertThat(killed.recoveredMillis()).isNaN();
  }
}
