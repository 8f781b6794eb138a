package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatestWorkTest {

  private static final long SECOND = 1_000_000_000;

  private final LatestWork work = new LatestWork(Duration.ofSeconds(10));

  @Test
  void noneIsExpectedBeforeAnyCame() {
    assertThat(work.isExpected(0)).isFalse();
    assertThat(work.isExpected(-SECOND)).isFalse();
  }

  @Test
  void moreIsExpectedForAWhileAfterTheLatest() {
    work.came(-5 * SECOND);
    work.came(-2 * SECOND);
    assertThat(work.isExpected(8 * SECOND)).isTrue();
    assertThat(work.isExpected(8 * SECOND + 1)).isFalse();
  }

  @Test
  void timesOnBothSidesOfAnOverflowAreCompared() {
    work.came(Long.MAX_VALUE - SECOND);
    assertThat(work.isExpected(Long.MIN_VALUE + SECOND)).isTrue();
    assertThat(work.isExpected(Long.MIN_VALUE + 20 * SECOND)).isFalse();
  }
}
