package io.penstock.compose.bench.faults.judge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class GapsTest {

  private static Gaps gaps(long[] accepted, long[] answered) {
    return Gaps.of(accepted, answered, 100);
  }

  @Test
  void aGapBeginsWithTheResultBeforeOrWithTheFirstThatWaits() {
    assertThat(gaps(new long[] {0, 1}, new long[] {5, 30}).longest()).isEqualTo(25);
    assertThat(gaps(new long[] {0, 20}, new long[] {5, 30}).longest()).isEqualTo(10);
  }

  @Test
  void timesInWhichNothingWaitsAreNoGap() {
    assertThat(gaps(new long[] {0, 90}, new long[] {1, 92}).longest()).isEqualTo(2);
    assertThat(gaps(new long[] {}, new long[] {}).longest()).isZero();
  }

  @Test
  void whatIsNeverAnsweredWaitsToTheEnd() {
    assertThat(gaps(new long[] {40}, new long[] {Ledger.NEVER}).longest()).isEqualTo(60);
    assertThat(gaps(new long[] {10, 40}, new long[] {Ledger.NEVER, 45}).longest()).isEqualTo(55);
  }

  @Test
  void theLongestWithinATimeLiesAtLeastPartlyInIt() {
    Gaps gaps = gaps(new long[] {0, 20, 60}, new long[] {10, 50, 65});
    assertThat(gaps.longest(0, 20)).isEqualTo(10);
    assertThat(gaps.longest(45, 61)).isEqualTo(30);
    assertThat(gaps.longest(50, 61)).isEqualTo(5);
  }
}
