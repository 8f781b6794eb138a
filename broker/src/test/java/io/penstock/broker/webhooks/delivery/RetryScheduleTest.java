package io.penstock.broker.webhooks.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {

  private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");
  private static final double MIDDLE = 0.5;
  private final RetrySchedule day = new RetrySchedule(Duration.ofDays(1));

  @Test
  void theAttemptsOfADayLieWhereStandardWebhooksPutsThemAndTheLastAtItsEnd() {
    List<Duration> after = new ArrayList<>();
    Optional<Instant> next = Optional.of(START);
    for (int attempts = 1; next.isPresent(); attempts++) {
      after.add(Duration.between(START, next.get()));
      next = day.next(attempts, START, next.get(), Optional.empty(), MIDDLE);
    }

    assertThat(after)
        .containsExactly(
            Duration.ZERO,
            Duration.parse("PT5S"),
            Duration.parse("PT5M5S"),
            Duration.parse("PT35M5S"),
            Duration.parse("PT2H35M5S"),
            Duration.parse("PT7H35M5S"),
            Duration.parse("PT17H35M5S"),
            Duration.parse("PT24H"));
  }

  @Test
  void aReceiverThatAsksForALongerPauseGetsIt() {
    assertThat(day.next(1, START, START, Optional.of(Duration.ofMinutes(1)), MIDDLE))
        .contains(START.plusSeconds(60));
    assertThat(day.next(1, START, START, Optional.of(Duration.ofSeconds(1)), MIDDLE))
        .contains(START.plusSeconds(5));
  }

  @Test
  void aReceiverThatAsksForMoreThanTheWindowIsTriedAtItsEnd() {
    assertThat(day.next(1, START, START, Optional.of(Duration.ofSeconds(999_999_999)), MIDDLE))
        .contains(START.plus(Duration.ofDays(1)));
  }

  @Property
  void thePausesGrowAndTheJitterIsATenth(
      @ForAll @IntRange(min = 1, max = 5) int attempts,
      @ForAll @DoubleRange(min = 0, max = 0.99) double one,
      @ForAll @DoubleRange(min = 0, max = 0.99) double other) {
    RetrySchedule week = new RetrySchedule(Duration.ofDays(7));
    Duration sooner = pause(week, attempts, one);
    Duration later = pause(week, attempts + 1, other);
    Duration usual = pause(week, attempts, MIDDLE);

    assertThat(later).isGreaterThan(sooner);
    assertThat(sooner.toMillis())
        .isBetween((long) (usual.toMillis() * 0.899), (long) (usual.toMillis() * 1.101));
  }

  private static Duration pause(RetrySchedule schedule, int attempts, double random) {
    return Duration.between(
        START, schedule.next(attempts, START, START, Optional.empty(), random).orElseThrow());
  }

  @Property
  void everyAttemptLiesAheadAndWithinTheWindow(
      @ForAll @IntRange(min = 1, max = 1_000) int attempts,
      @ForAll @LongRange(min = 0, max = 200_000) long passed,
      @ForAll @LongRange(min = 1, max = 604_800) long window,
      @ForAll @LongRange(min = 0, max = 1_000_000_000) long asked,
      @ForAll @DoubleRange(min = 0, max = 0.99) double random) {
    Instant now = START.plusSeconds(passed);
    Instant end = START.plusSeconds(window);

    Optional<Instant> next =
        new RetrySchedule(Duration.ofSeconds(window))
            .next(attempts, START, now, Optional.of(Duration.ofSeconds(asked)), random);

    assertThat(next.isPresent()).isEqualTo(now.isBefore(end));
    next.ifPresent(at -> assertThat(at).isAfter(now).isBeforeOrEqualTo(end));
  }
}
