package io.penstock.workers.kafka;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
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
    Set<Duration> waits = new HashSet<>();
    for (int failures = 1; failures < 100; failures++) {
      Duration step = Backoff.after(failures, FIRST, LAST);
      Duration wait = backoff.next();
      assertThat(wait).isBetween(step.dividedBy(2), step);
      waits.add(wait);
    }
    assertThat(waits).as("all but the first steps are of one length").hasSizeGreaterThan(30);
    backoff.reset();
    assertThat(backoff.next()).isLessThanOrEqualTo(FIRST);
  }
}
