package io.penstock.schemas.retry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class PauseRuleTest {

  private static final Duration FIRST = Duration.ofMillis(100);
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private final PauseRule rule = new PauseRule(FIRST, LONGEST);

  @Test
  void eachPauseIsTwiceTheOneBeforeUpToTheLimit() {
    assertThat(rule.after(0)).isEqualTo(FIRST);
    assertThat(rule.after(1)).isEqualTo(FIRST);
    assertThat(rule.after(4)).isEqualTo(Duration.ofMillis(800));
    assertThat(rule.after(7)).isEqualTo(LONGEST);
    assertThat(rule.after(Integer.MAX_VALUE)).isEqualTo(LONGEST);
  }

  @Test
  void theFirstPauseKeepsToTheLimitToo() {
    assertThat(new PauseRule(LONGEST, FIRST).after(1)).isEqualTo(FIRST);
    assertThat(new PauseRule(Duration.ZERO, LONGEST).after(50)).isZero();
  }

  @Property(tries = 500)
  void aPauseIsTwiceTheOneBeforeOrTheLongest(
      @ForAll @LongRange(min = 1, max = Long.MAX_VALUE) long first,
      @ForAll @LongRange(min = 1, max = Long.MAX_VALUE) long longest,
      @ForAll @IntRange(min = 1, max = 100) int failures) {
    PauseRule any = new PauseRule(Duration.ofNanos(first), Duration.ofNanos(longest));
    Duration twice = any.after(failures).multipliedBy(2);
    Duration limit = any.longest();
    assertThat(any.after(failures + 1)).isEqualTo(twice.compareTo(limit) < 0 ? twice : limit);
  }

  @Test
  void noPauseIsNegative() {
    assertThatThrownBy(() -> new PauseRule(FIRST.negated(), LONGEST))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("first is PT-0.1S");
  }
}
