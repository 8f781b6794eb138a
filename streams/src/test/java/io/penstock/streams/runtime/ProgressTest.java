package io.penstock.streams.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ProgressTest {

  private final Progress progress = new Progress(ProgressSettings.DEFAULT);

  @Test
  void aJobWithNothingToDoIsWellForEver() {
    progress.waiting("partition 0", 0, at(0));

    assertThat(progress.problem(at(100_000))).isEmpty();
  }

  @Test
  void theBacklogIsThatOfAllParts() {
    progress.waiting("partition 0", 7, at(0));
    progress.waiting("partition 1", 9, at(0));
    assertThat(progress.backlog()).isEqualTo(16);

    progress.waiting("partition 0", 0, at(1));
    progress.gone(List.of("partition 1"));
    assertThat(progress.backlog()).isZero();
  }

  @Test
  void workThatWaitsWhileNoneIsCompletedIsAStallAfterThePatience() {
    progress.waiting("partition 1", 7, at(0));
    progress.waiting("partition 1", 9, at(25));

    assertThat(progress.problem(at(30))).isEmpty();
    assertThat(progress.problem(at(31)))
        .hasValue(
            "it makes no progress: partition 1 has 9 waiting and has completed nothing for 31 s");
  }

  @Test
  void whoeverCompletesSomethingIsNotStalledHoweverMuchWaits() {
    for (int second = 0; second < 600; second += 20) {
      progress.waiting("partition 0", 1_000_000, at(second));
      progress.completed("partition 0", at(second));
      assertThat(progress.problem(at(second + 19))).isEmpty();
    }
  }

  @Test
  void onePartThatStandsStillIsNotExcusedByAnother() {
    progress.waiting("partition 0", 5, at(0));
    progress.waiting("partition 1", 5, at(0));
    progress.completed("partition 0", at(29));

    assertThat(progress.problem(at(31))).get().asString().contains("partition 1");
  }

  @Test
  void aPartThatWentElsewhereIsNobodysProblemHere() {
    progress.waiting("partition 0", 5, at(0));
    progress.gone(List.of("partition 0"));

    assertThat(progress.problem(at(100))).isEmpty();
  }

  @Test
  void workThatIsTakenAndComesAgainBeginsToWaitAnew() {
    progress.waiting("partition 0", 5, at(0));
    progress.waiting("partition 0", 0, at(20));
    progress.waiting("partition 0", 5, at(25));

    assertThat(progress.problem(at(50))).isEmpty();
  }

  @Test
  void threadsThatFailAgainAndAgainAreAStallUntilTheyStop() {
    for (int i = 0; i < 5; i++) {
      progress.failed("a reason", at(i));
    }
    assertThat(progress.problem(at(5))).isEmpty();
    progress.failed("x".repeat(10_000), at(6));

    assertThat(progress.problem(at(7)).orElseThrow())
        .contains("more than 5 times")
        .hasSizeLessThan(400);
    assertThat(progress.problem(at(62))).isEmpty();
  }

  @Test
  void settingsOutOfRangeAreRefusedByName() {
    assertThatThrownBy(() -> new ProgressSettings(Duration.ZERO, 5, Duration.ofMinutes(1)))
        .hasMessageContaining("progress.patience");
    assertThatThrownBy(() -> new ProgressSettings(Duration.ofSeconds(30), 0, Duration.ofMinutes(1)))
        .hasMessageContaining("progress.failures");
    assertThatThrownBy(() -> new ProgressSettings(Duration.ofSeconds(30), 5, Duration.ofDays(1)))
        .hasMessageContaining("progress.within");
  }

  private static long at(int second) {
    return TimeUnit.SECONDS.toNanos(second);
  }
}
