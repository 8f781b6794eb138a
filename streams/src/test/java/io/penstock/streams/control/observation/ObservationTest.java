package io.penstock.streams.control.observation;

import static io.penstock.streams.control.ControlSamples.NOW;
import static io.penstock.streams.control.ControlSamples.failure;
import static io.penstock.streams.control.ControlSamples.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.Repetition;
import io.penstock.schemas.TerminalStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ObservationTest {

  @Test
  void saysNothingOfATargetThatDidNotAnswerAUser() {
    assertThat(Observation.of(result("1", "green", NOW).build())).isPresent();
    assertThat(Observation.of(failure("2", "green", NOW).build())).isPresent();
    assertThat(
            Observation.of(
                result("evaluation-3", "green", NOW)
                    .setTenant(Observation.EVALUATION_TENANT)
                    .build()))
        .as("asked in shadow")
        .isEmpty();
    assertThat(Observation.of(failure("4", "green", NOW).setAttempts(0).build()))
        .as("refused")
        .isEmpty();
    assertThat(
            Observation.of(failure("5", "green", NOW).setStatus(TerminalStatus.CANCELLED).build()))
        .as("cancelled")
        .isEmpty();
    assertThat(Observation.of(result("6", "green", NOW).setRepetition(Repetition.SAME).build()))
        .as("repeated")
        .isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {-300, -15, 0, 15, 300})
  void timeToTheFirstTokenDoesNotDependOnTheWorkersClock(long seconds) {
    Duration ahead = Duration.ofSeconds(seconds);
    Observation observation =
        Observation.of(
                result("1", "green", NOW)
                    .setAcceptedAt(NOW)
                    .setStartedAt(NOW.plusSeconds(1).plus(ahead))
                    .setFirstTokenAt(NOW.plusSeconds(2).plus(ahead))
                    .setEngineFinishedAt(NOW.plusSeconds(9).plus(ahead))
                    .setFinishedAt(NOW.plusSeconds(9))
                    .build())
            .orElseThrow();

    assertThat(observation.firstTokenMillis()).hasValue(2000);
  }
}
