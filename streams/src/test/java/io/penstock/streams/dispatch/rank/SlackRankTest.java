package io.penstock.streams.dispatch.rank;

import static io.penstock.streams.dispatch.Samples.candidate;
import static io.penstock.streams.dispatch.Samples.worker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class SlackRankTest {

  private static final long SECOND = 1_000_000;
  private static final long NOW = 1_000 * SECOND;

  @Test
  void interactiveGoesBeforeStandardBeforeBatch() {
    assertThat(rank(ServiceClass.INTERACTIVE, NOW, NOW + 9 * SECOND, 100))
        .isLessThan(rank(ServiceClass.STANDARD, NOW, NOW + 2 * SECOND, 100));
    assertThat(rank(ServiceClass.STANDARD, NOW, NOW + 9 * SECOND, 100))
        .isLessThan(rank(ServiceClass.BATCH, NOW, NOW + 9 * SECOND, 100));
  }

  @Test
  void amongEquallyUrgentTheShortPromptGoesFirst() {
    assertThat(rank(ServiceClass.STANDARD, NOW, NOW + 9 * SECOND, 100))
        .isLessThan(rank(ServiceClass.STANDARD, NOW, NOW + 9 * SECOND, 2000));
  }

  @Test
  void amongEquallyLongTheUrgentGoesFirst() {
    assertThat(rank(ServiceClass.STANDARD, NOW, NOW + 2 * SECOND, 100))
        .isLessThan(rank(ServiceClass.STANDARD, NOW, NOW + 9 * SECOND, 100));
  }

  @Test
  void whatCannotMakeItStandsBehindUrgentWorkOfAnyClass() {
    // 5,000 tokens take this worker 5 s; of the batch request's 60 s, 3 are left.
    assertThat(rank(ServiceClass.BATCH, NOW - 57 * SECOND, NOW + 3 * SECOND, 100))
        .isLessThan(rank(ServiceClass.INTERACTIVE, NOW, NOW + 2 * SECOND, 5000));
  }

  @Test
  void whatCannotMakeItStandsBeforeWorkOfALowerClassThatHasTime() {
    assertThat(rank(ServiceClass.INTERACTIVE, NOW, NOW + 2 * SECOND, 5000))
        .isLessThan(rank(ServiceClass.BATCH, NOW - 10 * SECOND, NOW + 50 * SECOND, 100));
    assertThat(rank(ServiceClass.STANDARD, NOW, NOW + 2 * SECOND, 5000))
        .isLessThan(rank(ServiceClass.BATCH, NOW - 10 * SECOND, NOW + 50 * SECOND, 100));
  }

  @Test
  void whatIsHopelessOnASlowWorkerIsNotOnAFastOne() {
    Candidate long5000 = candidate("a", ServiceClass.INTERACTIVE, NOW, NOW + 2 * SECOND, 5000);
    WorkerView fast = new WorkerView("fast", 10_000, 10, 0, 0, 4);
    assertThat(SlackRank.DEFAULT.rank(long5000, fast, NOW).tier()).isEqualTo(1);
    assertThat(SlackRank.DEFAULT.rank(long5000, worker("slow"), NOW).tier()).isEqualTo(4);
  }

  @Test
  void queuedPrefillCountsAgainstWhatCanMakeIt() {
    Candidate tight = candidate("a", ServiceClass.INTERACTIVE, NOW, NOW + SECOND, 500);
    WorkerView busy = new WorkerView("busy", 1000, 10, 600, 0, 4);
    assertThat(SlackRank.DEFAULT.rank(tight, worker("idle"), NOW).tier()).isEqualTo(1);
    assertThat(SlackRank.DEFAULT.rank(tight, busy, NOW).tier()).isEqualTo(4);
  }

  @Test
  void whoHasWaitedBeyondTheBoundGoesBeforeEverybody() {
    long long30 = NOW - 31 * SECOND;
    assertThat(rank(ServiceClass.INTERACTIVE, long30, long30 + SECOND, 5000))
        .isLessThan(rank(ServiceClass.INTERACTIVE, NOW, NOW + SECOND, 10));
  }

  @Test
  void amongTheLateTheOldestGoesFirst() {
    assertThat(rank(ServiceClass.STANDARD, NOW - 20 * SECOND, NOW - SECOND, 5000))
        .isLessThan(rank(ServiceClass.STANDARD, NOW - 10 * SECOND, NOW - 2 * SECOND, 10));
  }

  @Test
  void absurdSettingsAreRefused() {
    assertThatThrownBy(
            () ->
                new SlackRank(
                    Double.NaN,
                    Duration.ZERO,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1)))
        .hasMessageContaining("slackWeight");
    assertThatThrownBy(
            () ->
                new SlackRank(
                    0.2,
                    Duration.ZERO,
                    Duration.ZERO,
                    Duration.ofSeconds(1),
                    Duration.ofSeconds(1)))
        .hasMessageContaining("interactiveBound");
  }

  private static Rank rank(ServiceClass serviceClass, long acceptedAt, long by, int tokens) {
    return SlackRank.DEFAULT.rank(
        candidate("a", serviceClass, acceptedAt, by, tokens), worker("w"), NOW);
  }
}
