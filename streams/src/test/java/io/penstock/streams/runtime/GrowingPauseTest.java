package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class GrowingPauseTest {

  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

  private final GrowingPause pause =
      new GrowingPause(Duration.ofMillis(500), Duration.ofSeconds(15), Duration.ofSeconds(30));

  @Test
  void doublesUpToTheLongestWhileFailuresGoOn() {
    assertThat(LongStream.range(0, 8).map(second -> millis(30 * second)))
        .containsExactly(500L, 1_000L, 2_000L, 4_000L, 8_000L, 15_000L, 15_000L, 15_000L);
  }

  @Test
  void startsSmallAgainAfterACalmTime() {
    for (int second = 0; second < 8; second++) {
      millis(second);
    }

    assertThat(millis(37)).isEqualTo(15_000);
    assertThat(millis(68)).isEqualTo(500);
    assertThat(millis(69)).isEqualTo(1_000);
  }

  private long millis(long second) {
    return pause.after(START.plusSeconds(second)).toMillis();
  }
}
