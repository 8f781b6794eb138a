package io.penstock.compose.bench.failover;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import org.junit.jupiter.api.Test;

class RecoveryTest {

  private static final long KILL = 10_000;

  private final RequestLog log = new RequestLog("r", 4);

  private void request(int number, long sent, long visible) {
    log.at(number, Moment.SENT, sent);
    if (visible > 0) {
      log.result(number, true, visible);
    }
  }

  @Test
  void itResumesWhenTheSlowestGroupHasAResultOfARequestSentAfterTheKill() {
    request(0, 11_000, 12_000);
    request(1, 11_000, 40_000);
    request(2, 12_000, 13_000);
    request(3, 12_000, 50_000);
    Recovery recovery = Recovery.of(log, KILL, number -> number % 2);
    assertThat(recovery.resumeMillis()).isEqualTo(30);
    assertThat(recovery.settledMillis()).isZero();
    assertThat(recovery.kept()).isTrue();
  }

  @Test
  void aResultOfWhatWasSentBeforeIsNoSignOfRecovery() {
    request(0, 9_000, 11_000);
    request(1, 9_000, 35_000);
    request(2, 12_000, 20_000);
    request(3, 12_000, 21_000);
    Recovery recovery = Recovery.of(log, KILL, _ -> 0);
    assertThat(recovery.resumeMillis()).isEqualTo(10);
    assertThat(recovery.settledMillis()).isEqualTo(25);
    assertThat(recovery.longestMillis()).isEqualTo(26);
  }

  @Test
  void aGroupThatNeverComesBackHasNoTimeAndItsRequestsAreLost() {
    request(0, 11_000, 12_000);
    request(1, 11_000, 0);
    request(2, 12_000, 13_000);
    request(3, 12_000, 0);
    log.result(0, true, 14_000);
    Recovery recovery = Recovery.of(log, KILL, number -> number % 2);
    assertThat(recovery.resumeMillis()).isNaN();
    assertThat(recovery.lost()).isEqualTo(2);
    assertThat(recovery.duplicates()).isEqualTo(1);
    assertThat(recovery.kept()).isFalse();
  }
}
