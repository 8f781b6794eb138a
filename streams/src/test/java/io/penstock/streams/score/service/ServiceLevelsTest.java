package io.penstock.streams.score.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.penstock.schemas.ServiceClass;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ServiceLevelsTest {

  private static final Instant ACCEPTED = Instant.parse("2026-11-22T12:00:00Z");

  private final ServiceLevels levels = ServiceLevels.DEFAULT;

  @Test
  void givesEachClassItsDefaults() {
    assertThat(levels.interactive())
        .isEqualTo(new ServiceLevel(Duration.ofSeconds(2), Duration.ofSeconds(60)));
    assertThat(levels.standard())
        .isEqualTo(new ServiceLevel(Duration.ofSeconds(20), Duration.ofMinutes(10)));
    assertThat(levels.batch())
        .isEqualTo(new ServiceLevel(Duration.ofHours(1), Duration.ofHours(24)));
    assertThat(levels.longestDeadline()).isEqualTo(Duration.ofHours(24));
  }

  @Test
  void prefersTheDeadlineAskedFor() {
    Instant asked = ACCEPTED.plusSeconds(5);

    assertThat(levels.deadline(ServiceClass.BATCH, ACCEPTED, Optional.of(asked))).isEqualTo(asked);
    assertThat(levels.deadline(ServiceClass.BATCH, ACCEPTED, Optional.empty()))
        .isEqualTo(ACCEPTED.plus(Duration.ofHours(24)));
  }

  @Test
  void neverPromisesAFirstTokenAfterTheDeadline() {
    Instant soon = ACCEPTED.plusMillis(10);

    assertThat(levels.firstTokenBy(ServiceClass.INTERACTIVE, ACCEPTED, soon)).isEqualTo(soon);
  }

  @Test
  void refusesContradictions() {
    ServiceLevel slow = levels.batch();
    ServiceLevel fast = levels.interactive();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ServiceLevel(Duration.ofSeconds(2), Duration.ofSeconds(1)))
        .withMessageContaining("before firstToken");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ServiceLevel(Duration.ZERO, Duration.ofSeconds(1)));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ServiceLevels(slow, fast, fast))
        .withMessageContaining("standard.firstToken");
  }
}
