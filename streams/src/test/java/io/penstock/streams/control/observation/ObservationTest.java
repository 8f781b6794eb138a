package io.penstock.streams.control.observation;

import static io.penstock.streams.control.ControlSamples.NOW;
import static io.penstock.streams.control.ControlSamples.failure;
import static io.penstock.streams.control.ControlSamples.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.TerminalStatus;
import org.junit.jupiter.api.Test;

class ObservationTest {

  @Test
  void saysNothingOfATargetThatDidNotAnswerAUser() {
    assertThat(Observation.of(result("1", "green", NOW).build())).isPresent();
    assertThat(Observation.of(failure("2", "green", NOW).build())).isPresent();
    assertThat(
            Observation.of(
                result("3", "green", NOW).setTenant(Observation.EVALUATION_TENANT).build()))
        .as("asked in shadow")
        .isEmpty();
    assertThat(Observation.of(failure("4", "green", NOW).setAttempts(0).build()))
        .as("refused")
        .isEmpty();
    assertThat(
            Observation.of(failure("5", "green", NOW).setStatus(TerminalStatus.CANCELLED).build()))
        .as("cancelled")
        .isEmpty();
  }
}
