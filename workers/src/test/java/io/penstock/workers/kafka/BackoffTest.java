package io.penstock.workers.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class BackoffTest {

  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LAST = Duration.ofSeconds(5);

  @Test
  void eachWaitIsTwiceTheOneBeforeUpToTheLimit() {
    assertThat(Backoff.after(1, FIRST, LAST)).isEqualTo(FIRST);
    assertThat(Backoff.after(4, FIRST, LAST)).isEqualTo(Duration.ofMillis(800));
    assertThat(Backoff.after(7, FIRST, LAST)).isEqualTo(LAST);
    assertThat(Backoff.after(Integer.MAX_VALUE, FIRST, LAST)).isEqualTo(LAST);
  }

  @Test
  void jitterTakesAwayUpToHalfAndAResetBeginsAnew() {
    Backoff backoff = new Backoff(FIRST, LAST);
    for (int failures = 1; failures < 100; failures++) {
      Duration step = Backoff.after(failures, FIRST, LAST);
      assertThat(backoff.next()).isBetween(step.dividedBy(2), step);
    }
    backoff.reset();
    assertThat(backoff.next()).isLessThanOrEqualTo(FIRST);
  }
}
