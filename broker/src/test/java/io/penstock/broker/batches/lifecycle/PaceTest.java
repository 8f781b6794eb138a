package io.penstock.broker.batches.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The pace of feeding, and the window. */
class PaceTest {

  @Test
  void aBatchBeginsWithWhatCanStartAtOnceWithinBounds() {
    assertThat(FeedingPace.initial(0, 0).window()).isEqualTo(FeedingPace.SMALLEST);
    assertThat(FeedingPace.initial(0, 300).window()).isEqualTo(300);
    assertThat(FeedingPace.initial(0, 1_000_000).window()).isEqualTo(FeedingPace.LARGEST_AT_FIRST);
  }

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
