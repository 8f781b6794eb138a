package io.penstock.streams.dispatch.fairness;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class RecentServiceTest {

  private static final long NOW = 1_700_000_000_000_000L;
  private static final long MINUTE = 60_000_000;

  private final RecentService recent = new RecentService(LightTenants.DEFAULT, 100);

  @Test
  void nobodyIsLightBeforeAnybodyWasServed() {
    assertThat(recent.isLight("a")).isFalse();
  }

  @Test
  void whoTakesLessThanItsFairShareIsLight() {
    recent.add("flood", 700, 1, NOW);
    recent.add("half", 200, 1, NOW);
    assertThat(recent.isLight("half")).isTrue();
    assertThat(recent.isLight("flood")).isFalse();
    assertThat(recent.isLight("unknown")).isTrue();
  }

  @Test
  void whoTakeAboutTheSameCompeteByTheirDeadlines() {
    recent.add("a", 560, 1, NOW);
    recent.add("b", 440, 1, NOW);
    assertThat(recent.isLight("a")).isFalse();
    assertThat(recent.isLight("b")).isFalse();
  }

  @Test
  void namesThatAreHardlyUsedLowerNobodysFairShare() {
    recent.add("flood", 700, 1, NOW);
    recent.add("half", 200, 1, NOW);
    for (int i = 0; i < 90; i++) {
      recent.add("t" + i, 0.1, 1, NOW);
    }
    assertThat(recent.isLight("half")).isTrue();
  }

  @Test
  void aWeightOfThreeIsAFairShareOfThree() {
    recent.add("three", 600, 3, NOW);
    recent.add("one", 200, 1, NOW);
    assertThat(recent.isLight("three")).isFalse();
    assertThat(recent.isLight("one")).isFalse();
    recent.add("one", 400, 1, NOW);
    assertThat(recent.isLight("three")).isTrue();
  }

  @Test
  void whatIsLongAgoCountsLess() {
    recent.add("a", 800, 1, NOW);
    recent.add("b", 400, 1, NOW + 3 * MINUTE);
    assertThat(recent.isLight("a")).isTrue();
    recent.add("a", 300, 1, NOW + 3 * MINUTE);
    assertThat(recent.isLight("a")).isFalse();
  }

  @Test
  void whatIsGivenBackCountsAsNotServed() {
    recent.add("a", 800, 1, NOW);
    recent.add("b", 800, 1, NOW);
    recent.add("b", -2000, 1, NOW);
    recent.add("b", 600, 1, NOW);
    assertThat(recent.isLight("b")).isFalse();
    recent.add("b", -200, 1, NOW);
    assertThat(recent.isLight("b")).isTrue();
  }

  @Test
  void itForgetsWhoIsNegligibleWhenThereAreTooMany() {
    recent.add("flood", 100_000, 1, NOW);
    recent.add("other", 90_000, 1, NOW);
    for (int i = 0; i < 1000; i++) {
      recent.add("t" + i, 10, 1, NOW);
    }
    assertThat(recent.size()).isLessThanOrEqualTo(100);
    assertThat(recent.isLight("other")).isFalse();
    assertThat(recent.isLight("t7")).isTrue();
  }

  @Test
  void itForgetsAllWhereTooManyAreAlike() {
    for (int i = 0; i < 1000; i++) {
      recent.add("t" + i, 10, 1, NOW);
      assertThat(recent.size()).isLessThanOrEqualTo(100);
    }
  }

  @Property(tries = 200)
  void timeAloneChangesNoComparison(
      @ForAll @DoubleRange(min = 1, max = 1e6) double ofOne,
      @ForAll @DoubleRange(min = 1, max = 1e6) double ofOther,
      @ForAll @LongRange(min = 0, max = 500) long minutes) {
    RecentService early = new RecentService(LightTenants.DEFAULT, 100);
    RecentService later = new RecentService(LightTenants.DEFAULT, 100);
    early.add("first", 1e-9, 1, NOW);
    later.add("first", 1e-9, 1, NOW - minutes * MINUTE);
    for (RecentService each : new RecentService[] {early, later}) {
      each.add("one", ofOne, 1, NOW);
      each.add("other", ofOther, 1, NOW);
    }
    assertThat(later.isLight("one")).isEqualTo(early.isLight("one"));
    assertThat(later.isLight("other")).isEqualTo(early.isLight("other"));
  }

  @Test
  void settingsOutsideTheirRangesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LightTenants(1.1, Duration.ofMinutes(1)))
        .withMessageContaining("light.share");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LightTenants(0.1, Duration.ofMillis(10)))
        .withMessageContaining("light.memory");
  }
}
