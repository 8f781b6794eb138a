package io.penstock.compose.bench.load;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.bench.load.RequestLog.Moment;
import org.junit.jupiter.api.Test;

class RequestLogTest {

  private final RequestLog log = new RequestLog("p1", 3);

  @Test
  void idsOfItsRoundAreKnownAgainAndOthersAreNot() {
    assertThat(log.number(log.id(2))).hasValue(2);
    assertThat(log.number("p1:3")).isEmpty();
    assertThat(log.number("p10:1")).isEmpty();
    assertThat(log.number("p1")).isEmpty();
    assertThat(log.number("p1:x")).isEmpty();
  }

  @Test
  void aSecondResultIsADuplicateAndKeepsTheFirstTime() {
    assertThat(log.result(0, true, 10)).isTrue();
    assertThat(log.result(0, true, 20)).isFalse();
    assertThat(log.duplicates()).isEqualTo(1);
    assertThat(log.answered()).isEqualTo(1);
    assertThat(log.when(0, Moment.VISIBLE)).isEqualTo(10);
  }

  @Test
  void whatWasSentAndHasNoResultIsUnanswered() {
    log.at(0, Moment.SENT, 1);
    log.at(1, Moment.SENT, 1);
    log.result(1, false, 5);
    assertThat(log.unanswered()).isEqualTo(1);
    assertThat(log.failed()).isEqualTo(1);
    assertThat(log.complete()).isFalse();
  }

  @Test
  void latencyIsOfRequestsThatHadBothMoments() {
    log.at(0, Moment.DUE, 1_000);
    log.at(0, Moment.LEASED, 6_000);
    log.at(1, Moment.DUE, 1_000);
    LatencyHistogram lease = log.between(Moment.DUE, Moment.LEASED);
    assertThat(lease.count()).isEqualTo(1);
    assertThat(lease.millis(50)).isEqualTo(5.0, org.assertj.core.api.Assertions.within(0.01));
  }

  @Test
  void latencyCanBeOfThoseDueAtCertainTimesOnly() {
    log.at(0, Moment.DUE, 1_000);
    log.at(0, Moment.LEASED, 3_000);
    log.at(1, Moment.DUE, 2_000);
    log.at(1, Moment.LEASED, 9_000);
    LatencyHistogram late = log.between(Moment.DUE, Moment.LEASED, due -> due >= 2_000);
    assertThat(late.count()).isEqualTo(1);
    assertThat(late.millis(50)).isEqualTo(7.0, org.assertj.core.api.Assertions.within(0.01));
  }

  @Test
  void theRangeOfAMomentIgnoresRequestsThatNeverHadIt() {
    log.at(1, Moment.STARTED, 7);
    log.at(2, Moment.STARTED, 9);
    assertThat(log.range(Moment.STARTED)).containsExactly(7, 9);
    assertThat(log.range(Moment.FINISHED)).containsExactly(0, 0);
  }
}
