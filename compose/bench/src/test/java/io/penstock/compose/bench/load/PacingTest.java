package io.penstock.compose.bench.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PacingTest {

  @Test
  void requestsAreEvenlySpaced() {
    Pacing pacing = new Pacing(200);
    assertThat(pacing.dueNanos(0)).isZero();
    assertThat(pacing.dueNanos(1)).isEqualTo(5_000_000);
    assertThat(pacing.dueNanos(200)).isEqualTo(1_000_000_000);
    assertThat(pacing.count(Duration.ofSeconds(5))).isEqualTo(1000);
  }

  @Test
  void aRateOfZeroIsRefused() {
    assertThatThrownBy(() -> new Pacing(0)).isInstanceOf(IllegalArgumentException.class);
  }

  /** A schedule that added up rounded intervals would drift. */
  @Property
  void theScheduleDoesNotDrift(
      @ForAll @DoubleRange(min = 0.1, max = 100_000) double rate,
      @ForAll @IntRange(min = 0, max = 10_000_000) int number) {
    assertThat(Math.abs(new Pacing(rate).dueNanos(number) - number * (1e9 / rate)))
        .isLessThanOrEqualTo(1 + number * 1e9 / rate * 1e-12);
  }
}
