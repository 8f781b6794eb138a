package io.penstock.compose.bench.real;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.streams.dispatch.rank.SlackRank;
import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class TimeScaleTest {

  @Test
  void limitsAndTheRanksTimesShrinkAndDeadlinesDoNot() {
    TimeScale scale = new TimeScale(4);
    assertThat(scale.levels().interactive().firstToken()).isEqualTo(Duration.ofMillis(500));
    assertThat(scale.levels().batch().firstToken()).isEqualTo(Duration.ofSeconds(15));
    assertThat(scale.levels().interactive().deadline()).isEqualTo(TimeScale.NO_DEADLINE);
    assertThat(scale.rank().urgency()).isEqualTo(SlackRank.DEFAULT.urgency().dividedBy(4));
    assertThat(scale.rank().batchBound()).isEqualTo(SlackRank.DEFAULT.batchBound().dividedBy(4));
    assertThat(scale.rank().slackWeight()).isEqualTo(SlackRank.DEFAULT.slackWeight());
  }

  @Test
  void atSpeedUpOneTheRankIsTheDefault() {
    assertThat(new TimeScale(1).rank()).isEqualTo(SlackRank.DEFAULT);
  }

  @Test
  void aWorkerNeverLooksMoreOftenThanItBears() {
    Duration usual = Duration.ofMillis(10);
    assertThat(new TimeScale(5).recheck(usual)).isEqualTo(Duration.ofMillis(2));
    assertThat(new TimeScale(100).recheck(usual)).isEqualTo(Duration.ofMillis(1));
  }

  @Property
  void whatIsShrunkStretchesBack(
      @ForAll @LongRange(min = 0, max = 3_600_000_000_000L) long nanos,
      @ForAll @DoubleRange(min = 0.1, max = 100) double speedUp) {
    TimeScale scale = new TimeScale(speedUp);
    assertThat(Math.abs(scale.trace(scale.real(nanos)) - nanos)).isLessThanOrEqualTo(100);
  }

  @Test
  void aSpeedUpOutsideItsRangeIsRefused() {
    assertThatThrownBy(() -> new TimeScale(0)).hasMessageContaining("speed-up");
    assertThatThrownBy(() -> new TimeScale(Double.NaN)).hasMessageContaining("speed-up");
  }
}
