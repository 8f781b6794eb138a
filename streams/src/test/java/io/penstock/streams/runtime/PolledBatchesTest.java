package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class PolledBatchesTest {

  private static final int MOST = 3;

  private final PolledBatches batches = PolledBatches.diligent();

  @Test
  void theLastRecordPolledEndsTheBatch() {
    batches.polled(2, MOST);

    assertThat(batches.reached()).isFalse();
    assertThat(batches.reached()).isTrue();
  }

  @Test
  void recordsOfAnEarlierPollBelongToTheBatch() {
    batches.polled(2, MOST);
    assertThat(batches.reached()).isFalse();
    batches.polled(1, MOST);

    assertThat(batches.reached()).isFalse();
    assertThat(batches.reached()).isTrue();
  }

  @Test
  void aFullPollIsNoEndSinceMoreIsLikelyThere() {
    batches.polled(MOST, MOST);
    assertThat(batches.reached()).isFalse();
    assertThat(batches.reached()).isFalse();
    assertThat(batches.reached()).isFalse();

    batches.polled(1, MOST);
    assertThat(batches.reached()).isTrue();
  }

  @Test
  void recordsThatWentAwayWithTheirPartitionAreForgotten() {
    batches.polled(2, MOST);
    batches.forget();
    batches.polled(1, MOST);

    assertThat(batches.reached()).isTrue();
  }

  @Test
  void recordsProcessedAfterTheyWereForgottenDoNotCountAgainstLaterOnes() {
    batches.polled(1, MOST);
    batches.forget();
    assertThat(batches.reached()).isTrue();
    batches.polled(2, MOST);

    assertThat(batches.reached()).isFalse();
    assertThat(batches.reached()).isTrue();
  }

  @Test
  void aThreadWithAThirdOfTheTimeRestsTwiceAsLongAsItWorked() {
    assertThat(PolledBatches.rest(Duration.ofMillis(6), 1.0 / 3))
        .isCloseTo(Duration.ofMillis(12), Duration.ofNanos(100));
    assertThat(PolledBatches.rest(Duration.ofMillis(6), 1)).isEqualTo(Duration.ZERO);
  }

  @Test
  void aThreadWithABacklogGivesWayWhileOthersHaveWork() {
    LatestWork others = new LatestWork(Duration.ofSeconds(1));
    PolledBatches giving = PolledBatches.givingWay(0.2, others);
    giving.polled(MOST, MOST);
    assertThat(giving.givesWay(0)).isFalse();
    others.came(0);
    assertThat(giving.givesWay(500_000_000)).isTrue();
    assertThat(giving.givesWay(1_500_000_000)).isFalse();
    giving.polled(MOST - 1, MOST);
    assertThat(giving.givesWay(500_000_000)).isFalse();
  }

  @Test
  void noRestIsSoLongThatTheThreadSeemsDead() {
    assertThat(PolledBatches.rest(Duration.ofSeconds(10), 0.05)).isEqualTo(Duration.ofMillis(100));
  }

  @Test
  void threadsDoNotSeeOneAnothersRecords() {
    batches.polled(2, MOST);

    CompletableFuture.runAsync(
            () -> {
              batches.polled(1, MOST);
              assertThat(batches.reached()).isTrue();
            },
            task -> Thread.ofPlatform().start(task))
        .join();
    assertThat(batches.reached()).isFalse();
  }
}
