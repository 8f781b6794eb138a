package io.penstock.schemas.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class GrowingPauseTest {

  private static final Instant START = Instant.parse("2026-11-01T00:00:00Z");

  private static final PauseRule RULE =
      new PauseRule(Duration.ofMillis(500), Duration.ofSeconds(15));
  private static final Duration CALM = Duration.ofSeconds(30);

  private final GrowingPause pause = new GrowingPause(RULE, CALM);

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

  @Test
  void jitterTakesAwayUpToHalf() {
    GrowingPause jittered = GrowingPause.jittered(RULE, CALM, new SplittableRandom(7));
    List<Duration> pauses = new ArrayList<>();
    for (int failures = 1; failures < 100; failures++) {
      Duration whole = RULE.after(failures);
      Duration taken = jittered.after(START);
      assertThat(taken).isBetween(whole.dividedBy(2), whole);
      pauses.add(taken);
    }
    assertThat(pauses.subList(10, 99)).doesNotHaveDuplicates();
  }

  private long millis(long second) {
    return pause.after(START.plusSeconds(second)).toMillis();
  }
}
