package io.penstock.streams.score.spend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class AdmittedCostTest {

  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final Instant DEADLINE = NOW.plus(Duration.ofDays(1));

  private final AdmittedCost admitted = new AdmittedCost();

  @Test
  void countsEachIdOfATenantOnceUntilItHasEndedAndItsCostIsKnown() {
    admitted.admit("acme", "a", 2, DEADLINE);
    admitted.admit("acme", "a", 2, DEADLINE);
    admitted.admit("acme", "b", 3, DEADLINE);
    admitted.admit("other", "a", 7, DEADLINE);
    assertThat(admitted.of("acme", NOW)).isEqualTo(5);
    admitted.ended("acme", "a", NOW);
    admitted.ended("acme", "unknown", NOW);
    Instant settled = NOW.plus(AdmittedCost.SETTLING);
    assertThat(admitted.of("acme", settled.minusMillis(1)))
        .as("what it did cost may not be written yet")
        .isEqualTo(5);
    assertThat(admitted.of("acme", settled)).isEqualTo(3);
    assertThat(admitted.of("other", settled)).isEqualTo(7);
  }

  @Test
  void forgetsWhatEndedUnheardAfterItsDeadline() {
    admitted.admit("acme", "a", 2, DEADLINE);
    Instant over = DEADLINE.plus(AdmittedCost.AFTER_DEADLINE);
    assertThat(admitted.of("acme", over.minusMillis(1))).isEqualTo(2);
    assertThat(admitted.of("acme", over)).isZero();
  }

  @Test
  void keepsABoundedNumberAndNothingOfRoundings() {
    for (int i = 0; i < AdmittedCost.MOST + 10; i++) {
      admitted.admit("acme", "r" + i, 0.1, DEADLINE);
    }
    assertThat(admitted.of("acme", NOW)).isCloseTo(AdmittedCost.MOST * 0.1, within(1e-3));
    for (int i = 0; i < AdmittedCost.MOST; i++) {
      admitted.ended("acme", "r" + i, NOW);
    }
    assertThat(admitted.of("acme", NOW.plus(AdmittedCost.SETTLING))).isEqualTo(0);
  }

  @Test
  void whatCostsNothingIsNotKept() {
    admitted.admit("acme", "a", 0, DEADLINE);
    admitted.admit("acme", "b", Double.NaN, DEADLINE);
    assertThat(admitted.of("acme", NOW)).isZero();
  }
}
