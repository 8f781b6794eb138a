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
  void aTenantOfLessThanAnEighthOfTheMostServedOneIsLight() {
    recent.add("flood", 800, NOW);
    recent.add("a", 99, NOW);
    recent.add("b", 100, NOW);
    assertThat(recent.isLight("a")).isTrue();
    assertThat(recent.isLight("b")).isFalse();
    assertThat(recent.isLight("flood")).isFalse();
    assertThat(recent.isLight("unknown")).isTrue();
  }

  @Test
  void whatIsLongAgoCountsLess() {
    recent.add("a", 800, NOW);
    recent.add("b", 400, NOW + 3 * MINUTE);
    assertThat(recent.isLight("a")).isTrue();
    recent.add("a", 20, NOW + 3 * MINUTE);
    assertThat(recent.isLight("a")).isFalse();
  }

  @Test
  void whatIsGivenBackCountsAsNotServed() {
    recent.add("a", 800, NOW);
    recent.add("b", 200, NOW);
    recent.add("b", -500, NOW);
    recent.add("b", 100, NOW);
    assertThat(recent.isLight("b")).isFalse();
    recent.add("b", -1, NOW);
    assertThat(recent.isLight("b")).isTrue();
  }

  @Test
  void itForgetsWhoIsNegligibleWhenThereAreTooMany() {
    recent.add("flood", 100_000, NOW);
    recent.add("half", 50_000, NOW);
    for (int i = 0; i < 1000; i++) {
      recent.add("t" + i, 10, NOW);
    }
    assertThat(recent.size()).isLessThanOrEqualTo(100);
    assertThat(recent.isLight("half")).isFalse();
    assertThat(recent.isLight("t7")).isTrue();
  }

  @Test
  void itForgetsAllWhereTooManyAreAlike() {
    for (int i = 0; i < 1000; i++) {
      recent.add("t" + i, 10, NOW);
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
    early.add("first", 1, NOW);
    later.add("first", 1, NOW - minutes * MINUTE);
    for (RecentService each : new RecentService[] {early, later}) {
      each.add("one", ofOne, NOW);
      each.add("other", ofOther, NOW);
    }
    assertThat(later.isLight("one")).isEqualTo(early.isLight("one"));
    assertThat(later.isLight("other")).isEqualTo(early.isLight("other"));
  }

  @Test
  void settingsOutsideTheirRangesAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LightTenants(1, Duration.ofMinutes(1)))
        .withMessageContaining("light.share");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new LightTenants(0.1, Duration.ofMillis(10)))
        .withMessageContaining("light.memory");
  }
}
