package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LogClockTest {

  private Instant log = Instant.parse("2026-11-30T12:00:00Z");
  private Duration ahead = Duration.ZERO;
  private final LogClock clock = new LogClock(() -> log.plus(ahead));

  @ParameterizedTest
  @ValueSource(longs = {-300, -15, 15, 300})
  void aHostWhoseClockIsWrongLivesByTheLogs(long seconds) {
    ahead = Duration.ofSeconds(seconds);
    acknowledged(Duration.ofMillis(20));

    assertThat(Duration.between(log, clock.instant()).abs()).isLessThan(Duration.ofSeconds(1));
  }

  @Test
  void whoeverWatchesSeesHowFarTheClockIsAhead() {
    SimpleMeterRegistry registry = new SimpleMeterRegistry();
    clock.show(registry, "score");
    assertThat(registry.get("penstock.clock.ahead").tag("role", "score").gauge().value()).isZero();

    ahead = Duration.ofSeconds(-15);
    acknowledged(Duration.ZERO);

    assertThat(registry.get("penstock.clock.ahead").gauge().value()).isEqualTo(-15);
  }

  @ParameterizedTest
  @ValueSource(longs = {-4, 0, 4})
  void aClockThatIsAboutRightIsTakenAsItIs(long seconds) {
    ahead = Duration.ofSeconds(seconds);
    for (int i = 0; i < 20; i++) {
      acknowledged(Duration.ofMillis(i));
    }

    assertThat(clock.instant()).isEqualTo(log.plus(ahead));
  }

  @Test
  void aClockThatIsSetWhileTheProcessRunsChangesNothingForLong() {
    acknowledged(Duration.ofMillis(5));
    ahead = Duration.ofMinutes(5);
    for (int i = 0; i < 5; i++) {
      acknowledged(Duration.ofMillis(5));
    }
    assertThat(Duration.between(log, clock.instant()).abs()).isLessThan(Duration.ofSeconds(1));

    ahead = Duration.ZERO;
    for (int i = 0; i < 10; i++) {
      acknowledged(Duration.ofMillis(5));
    }
    assertThat(clock.instant()).isEqualTo(log);
  }

  @Test
  void someAcknowledgementsThatComeLateAreNotTakenForAClock() {
    acknowledged(Duration.ofMillis(5));
    for (int i = 0; i < 50; i++) {
      acknowledged(i % 5 == 3 ? Duration.ofMillis(5) : Duration.ofSeconds(20));
    }

    assertThat(clock.ahead()).isZero();
  }

  /** A record is stamped, and its acknowledgement heard so much later. */
  private void acknowledged(Duration later) {
    Instant stamped = log;
    log = log.plus(later);
    clock.acknowledged(stamped.toEpochMilli());
  }
}
