package io.penstock.schemas.policies;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.routing.Experiment;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ExperimentFileTest {

  private static final String CONCISE =
      """
      name: concise
      subject: smart
      unit: attribute:user
      metric: feedback
      confidence: 0.9
      minPerArm: 200
      arms:
        - {name: long, target: llama#v1, weight: 3}
        - {name: short, target: llama#v2, weight: 1}
      guardrails: {maxErrorRateIncrease: 0.02, maxLatencyRatio: 1.5}
      """;

  @Test
  void anExperimentIsReadAsItWasWritten() {
    Experiment experiment = ExperimentFile.parse(CONCISE);
    assertThat(ExperimentFile.parse(ExperimentFile.json(experiment))).isEqualTo(experiment);
  }

  @Test
  void whatCameOfItIsNotWritten() {
    Experiment planned = ExperimentFile.parse(CONCISE);
    Experiment running =
        ExperimentCommands.withStopped(planned, "short", "worse by " + Instant.EPOCH);
    assertThat(ExperimentFile.parse(ExperimentFile.json(running))).isEqualTo(planned);
  }
}
