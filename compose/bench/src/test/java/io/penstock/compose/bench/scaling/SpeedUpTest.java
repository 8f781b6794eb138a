package io.penstock.compose.bench.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class SpeedUpTest {

  @Test
  void slotsThatAreAllBusyAreTheIdeal() {
    SpeedUp ideal = new SpeedUp(4, 8, Duration.ofMillis(50), 160);
    assertThat(ideal.speedUp()).isEqualTo(8);
    assertThat(ideal.efficiency()).isEqualTo(1);
    assertThat(new SpeedUp(4, 8, Duration.ofMillis(50), 80).efficiency()).isEqualTo(0.5);
  }

  @Test
  void moreIsInFlightThanTheSlotsTake() {
    ScalingSettings settings =
        new ScalingSettings(
            List.of(32, 4),
            List.of(Duration.ofMillis(200), Duration.ofMillis(1)),
            1,
            Duration.ofSeconds(1),
            Duration.ZERO);
    assertThat(settings.workers()).containsExactly(4, 32);
    assertThat(settings.inFlight(32, Duration.ofMillis(200))).isEqualTo(128);
    assertThat(settings.inFlight(32, Duration.ofMillis(1))).isEqualTo(512);
  }

  @Test
  void noWorkersAreRefused() {
    assertThatThrownBy(
            () ->
                new ScalingSettings(
                    List.of(0),
                    List.of(Duration.ofMillis(1)),
                    1,
                    Duration.ofSeconds(1),
                    Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("workers");
  }
}
