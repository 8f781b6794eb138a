package io.penstock.streams.dispatch.rank;

import static io.penstock.streams.dispatch.Samples.candidate;
import static io.penstock.streams.dispatch.Samples.worker;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class SlackRankTest {

  private static final long SECOND = 1_000_000;
  private static final long NOW = 1_000 * SECOND;

  @Test
  void interactiveGoesBeforeStandardBeforeBatch() {
    assertThat(rank(ServiceClass.INTERACTIVE, NOW, NOW + 9 * SECOND, 100))
        .isLessThan(rank(ServiceClass.STANDARD, NOW, NOW + 2 * SECOND, 100));
    assertThat(rank(ServiceClass.STANDARD, NOW, NOW + 9 * SECOND, 100))
        .isLessThan(rank(ServiceClass.BATCH, NOW, NOW + 2 * SECOND, 100));
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
    // 5,000 tokens take this worker 5 s; of the batch request's minute, 3 s are left.
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
  void theDecodeStepsBetweenChunksCountAgainstWhatCanMakeIt() {
    // Reads 2,048 tokens in 0.2 s, but spends 5 decode steps of 0.1 s on them.
    Candidate tight = candidate("a", ServiceClass.INTERACTIVE, NOW, NOW + SECOND / 2, 2048);
    WorkerView decoding = new WorkerView("w", 10_000, 10, 0, 8, 16);
    WorkerView quick = new WorkerView("w", 10_000, 1000, 0, 8, 16);
    assertThat(SlackRank.DEFAULT.rank(tight, decoding, NOW).tier()).isEqualTo(4);
    assertThat(SlackRank.DEFAULT.rank(tight, quick, NOW).tier()).isEqualTo(1);
  }

  @Test
  void whatWouldMakeItByLessThanTheMarginCountsAsLate() {
    SlackRank generous = SlackRank.DEFAULT.withMargin(Duration.ZERO);
    SlackRank strict = SlackRank.DEFAULT.withMargin(Duration.ofMillis(500));
    Candidate tight = candidate("a", ServiceClass.INTERACTIVE, NOW, NOW + SECOND / 2, 100);
    assertThat(generous.rank(tight, worker("w"), NOW).tier()).isEqualTo(1);
    assertThat(strict.rank(tight, worker("w"), NOW).tier()).isEqualTo(4);
  }

  @Property
  void whatIsReadyByItsObjectiveIsInTheTierOfThoseThatCanMakeIt(
      @ForAll @IntRange(min = 1, max = 20_000) int tokens,
      @ForAll @LongRange(min = 0, max = 20 * SECOND) long allowed) {
    long ready = SlackRank.DEFAULT.readyMicros(tokens, worker("w"), NOW);
    Rank rank = rank(ServiceClass.INTERACTIVE, NOW, NOW + allowed, tokens);
    assertThat(rank.tier()).isEqualTo(ready <= NOW + allowed ? 1 : 4);
  }

  @Test
  void whoHasWaitedBeyondTheBoundGoesBeforeEverybodyInTheTurnOfTheOverdue() {
    SlackRank always = SlackRank.DEFAULT.withOverdueShare(1);
    long before = NOW - 31 * SECOND;
    Candidate overdue = candidate("a", ServiceClass.INTERACTIVE, before, before + SECOND, 5000);
    Candidate older = candidate("b", ServiceClass.INTERACTIVE, before - 1, before + SECOND, 5000);
    Candidate prompt = candidate("c", ServiceClass.INTERACTIVE, NOW, NOW + SECOND, 10);
    assertThat(always.rank(overdue, worker("w"), NOW))
        .isLessThan(always.rank(prompt, worker("w"), NOW))
        .isGreaterThan(always.rank(older, worker("w"), NOW));
  }

  @Test
  void theOverdueHaveTheRightOfWayForAShareOfEachWorkersTimeThatGrowsWithTheirWait() {
    SlackRank hundredth = SlackRank.DEFAULT.withOverdueShare(0.01);
    for (String worker : List.of("worker-1", "worker-2", "a")) {
      assertThat(firstOfTenThousand(hundredth, worker, 29)).isZero();
      assertThat(firstOfTenThousand(hundredth, worker, 60)).isBetween(190, 210);
      assertThat(firstOfTenThousand(hundredth, worker, 300)).isBetween(990, 1010);
      assertThat(firstOfTenThousand(hundredth, worker, 3001)).isEqualTo(10_000);
    }
  }

  private static int firstOfTenThousand(SlackRank policy, String worker, long waitedSeconds) {
    int first = 0;
    for (int i = 0; i < 10_000; i++) {
      long now = NOW + 10 * 3600 * SECOND + i * 20_000L;
      long acceptedAt = now - waitedSeconds * SECOND;
      Candidate overdue =
          candidate("a", ServiceClass.INTERACTIVE, acceptedAt, acceptedAt + SECOND, 100);
      first += policy.rank(overdue, worker(worker), now).tier() == SlackRank.OVERDUE ? 1 : 0;
    }
    return first;
  }

  @Test
  void amongTheLateTheOldestGoesFirst() {
    assertThat(rank(ServiceClass.STANDARD, NOW - 20 * SECOND, NOW - SECOND, 5000))
        .isLessThan(rank(ServiceClass.STANDARD, NOW - 10 * SECOND, NOW - 2 * SECOND, 10));
  }

  @Test
  void absurdSettingsAreRefused() {
    assertThatThrownBy(() -> SlackRank.DEFAULT.withSlackWeight(Double.NaN))
        .hasMessageContaining("slackWeight");
    assertThatThrownBy(() -> SlackRank.DEFAULT.withMargin(Duration.ofMillis(-1)))
        .hasMessageContaining("margin");
    assertThatThrownBy(() -> SlackRank.DEFAULT.withOverdueShare(1.1))
        .hasMessageContaining("overdueShare");
    assertThatThrownBy(() -> SlackRank.DEFAULT.withUrgency(Duration.ofMillis(-1)))
        .hasMessageContaining("urgency");
    Duration second = Duration.ofSeconds(1);
    assertThatThrownBy(() -> new SlackRank(1, 0, second, second, 0, second, second, second))
        .hasMessageContaining("chunkTokens");
    assertThatThrownBy(() -> new SlackRank(1, 1, second, second, 0, Duration.ZERO, second, second))
        .hasMessageContaining("interactiveBound");
  }

  private static Rank rank(ServiceClass serviceClass, long acceptedAt, long by, int tokens) {
    return SlackRank.DEFAULT.rank(
        candidate("a", serviceClass, acceptedAt, by, tokens), worker("w"), NOW);
  }
}
