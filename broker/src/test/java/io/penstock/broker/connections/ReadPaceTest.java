package io.penstock.broker.connections;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ReadPaceTest {

  private static final ReadPace PACE = new ReadPace(Duration.ofSeconds(30), 1000);

  @Test
  void whoSendsNothingHasTheGrace() {
    assertThat(PACE.left(Duration.ofSeconds(29), 0)).isEqualTo(Duration.ofSeconds(1));
    assertThat(PACE.left(Duration.ofSeconds(30), 0)).isZero();
  }

  @Test
  void whoSendsAByteASecondIsTooSlowSoonAfter() {
    assertThat(PACE.left(Duration.ofSeconds(31), 31)).isNegative();
  }

  @Property
  void whoKeepsThePaceIsNeverTooSlow(
      @ForAll @IntRange(max = 1_000_000) int seconds, @ForAll @IntRange(max = 5000) int more) {
    assertThat(PACE.left(Duration.ofSeconds(seconds), seconds * (1000L + more))).isPositive();
  }
}
