package io.penstock.broker.batches.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.time.Instant;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pace of feeding, the promised end, and the window. */
class PaceTest {

  private static final Instant START = Instant.parse("2026-11-30T12:00:00Z");

  @Test
  void theWindowGrowsWhileRequestsAreTakenAtOnce() {
    FeedingPace pace = FeedingPace.initial(0);
    for (int round = 1; round <= 20; round++) {
      pace = answered(pace, round * 100_000, Duration.ofMillis(100), 16);
    }
    assertThat(pace.window()).isEqualTo(FeedingPace.LARGEST);
  }

  @Test
  void theWindowShrinksWhereRequestsWaitForLong() {
    FeedingPace pace = new FeedingPace(1000, 0, Duration.ZERO, 0);
    assertThat(answered(pace, 5, Duration.ofSeconds(30), 16).window()).isEqualTo(666);
    for (int round = 1; round <= 20; round++) {
      pace = answered(pace, round * 100_000, Duration.ofSeconds(30), 16);
    }
    assertThat(pace.window()).isEqualTo(FeedingPace.SMALLEST);
  }

  @Test
  void theWindowStaysWhereTheWaitIsNeitherShortNorLong() {
    FeedingPace pace = new FeedingPace(1000, 0, Duration.ZERO, 0);
    assertThat(answered(pace, 5, Duration.ofSeconds(10), 16).window()).isEqualTo(1000);
  }

  @Test
  void whatWasFedBeforeTheLastChangeChangesNothing() {
    FeedingPace pace = new FeedingPace(1000, 500, Duration.ZERO, 0);
    for (int number = 1; number <= 500; number++) {
      pace = pace.observed(number, Duration.ofMinutes(1), 900);
    }
    assertThat(pace.window()).isEqualTo(1000);
  }

  @Test
  void aWaitBelowZeroOfTwoClocksIsNotCounted() {
    FeedingPace pace = FeedingPace.initial(0);
    for (int number = 1; number <= 100; number++) {
      pace = pace.observed(number, Duration.ofSeconds(-5), 900);
    }
    assertThat(pace).isEqualTo(FeedingPace.initial(0));
  }

  @Property
  void noMoreIsOutstandingThanTheWindow(@ForAll @IntRange(min = 0, max = 10_000) int outstanding) {
    FeedingPace pace = FeedingPace.initial(0);
    int room = pace.room(outstanding);
    assertThat(room).isNotNegative();
    assertThat(outstanding + room).isEqualTo(Math.max(outstanding, pace.window()));
  }

  @Property
  void theEndIsPromisedFromASteadyRate(
      @ForAll @DoubleRange(min = 0.1, max = 50) double rate,
      @ForAll @IntRange(min = 1, max = 50_000) int remaining) {
    CompletionEstimate estimate = CompletionEstimate.initial(START);
    Instant now = START;
    double owed = 0;
    for (int second = 1; second <= 600; second++) {
      now = now.plusSeconds(1);
      owed += rate;
      int whole = (int) owed;
      owed -= whole;
      estimate = estimate.answered(whole, now);
    }
    Duration promised = Duration.between(now, estimate.completion(remaining, now).orElseThrow());
    assertThat(promised.toMillis() / 1000.0)
        .isCloseTo(remaining / rate, org.assertj.core.data.Percentage.withPercentage(10));
  }

  /** A batch is fed slowly at first; what it did then says little of what is to come. */
  @Property
  void theEndIsPromisedFromThePresentRateSoonAfterASlowStart(
      @ForAll @IntRange(min = 5, max = 120) int slowSeconds,
      @ForAll @IntRange(min = 20, max = 1000) int rate) {
    CompletionEstimate estimate = CompletionEstimate.initial(START);
    Instant now = START;
    for (int second = 1; second <= 2 * slowSeconds; second++) {
      now = now.plusSeconds(1);
      estimate = estimate.answered(second <= slowSeconds ? rate / 10 : rate, now);
    }
    Duration promised = Duration.between(now, estimate.completion(10_000, now).orElseThrow());
    assertThat(promised.toMillis() / 1000.0)
        .isCloseTo(10_000.0 / rate, org.assertj.core.data.Percentage.withPercentage(50));
  }

  @Test
  void theEndIsPromisedLaterWhileNothingIsAnswered() {
    CompletionEstimate estimate = CompletionEstimate.initial(START);
    Instant now = START;
    for (int second = 1; second <= 60; second++) {
      now = now.plusSeconds(1);
      estimate = estimate.answered(10, now);
    }
    Instant soon = estimate.completion(100, now).orElseThrow();
    Instant later = estimate.completion(100, now.plusSeconds(300)).orElseThrow();
    assertThat(Duration.between(now, soon)).isLessThan(Duration.ofSeconds(15));
    assertThat(Duration.between(now.plusSeconds(300), later)).isGreaterThan(Duration.ofSeconds(30));
  }

  @Test
  void nothingIsPromisedBeforeAnythingWasSeen() {
    assertThat(CompletionEstimate.initial(START).completion(10, START.plusSeconds(9))).isEmpty();
    assertThat(CompletionEstimate.initial(START).completion(0, START)).hasValue(START);
  }

  @ParameterizedTest
  @CsvSource({
    "60s, PT1M, STANDARD",
    "1m, PT1M, STANDARD",
    "1h, PT1H, STANDARD",
    "90m, PT1H30M, BATCH",
    "24h, PT24H, BATCH",
    "7d, PT168H, BATCH"
  })
  void aWindowSetsClassAndDeadline(String text, Duration length, ServiceClass serviceClass) {
    CompletionWindow window = CompletionWindow.of(text).orElseThrow();
    assertThat(window.length()).isEqualTo(length);
    assertThat(window.serviceClass()).isEqualTo(serviceClass);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "59s", "8d", "169h", "0m", "-1h", "1.5h", "24", "24H", "1w", " 24h"})
  void otherWindowsAreRefused(String text) {
    assertThat(CompletionWindow.of(text)).isEmpty();
  }

  private static FeedingPace answered(FeedingPace pace, int fed, Duration waited, int answers) {
    FeedingPace next = pace;
    for (int each = 1; each <= answers; each++) {
      next = next.observed(pace.after() + each, waited, fed);
    }
    return next;
  }
}
