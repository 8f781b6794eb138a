package io.penstock.schemas.policies;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.routing.Rollout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutFileTest {

  @Test
  void aStepMayBeAPercentOrHaveItsOwnTimes() {
    Rollout plan =
        RolloutFile.parse(
            """
            model: llama
            from: blue
            to: green
            steps: [5, {percent: 100, minSeconds: 1, minRequests: 2}]
            """);

    assertThat(plan.name()).isEqualTo("llama");
    assertThat(plan.steps())
        .containsExactly(new Rollout.Step(5, 60, 50), new Rollout.Step(100, 1, 2));
    assertThat(plan.state()).isEqualTo(Rollout.State.REGISTERED);
    assertThat(plan.step()).isEqualTo(-1);
    assertThat(plan.gates()).isEqualTo(Rollout.Gates.DEFAULT);
  }

  @Test
  void withoutStepsItIsBlueGreen() {
    assertThat(RolloutFile.parse("{\"model\":\"m\",\"from\":\"a\",\"to\":\"b\"}").steps())
        .containsExactly(new Rollout.Step(100, 60, 50));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{}|model",
        "[]|holds no rollout",
        "{\"model\":\"m\",\"from\":\"a\",\"to\":\"a\"}|two variants",
        "{\"model\":\"m\",\"from\":\"a\",\"to\":\"b\",\"state\":\"COMPLETED\"}|state",
        "{\"model\":\"m\",\"from\":\"a\",\"to\":\"b\",\"steps\":[50]}|100",
        "{\"model\":\"m\",\"from\":\"a\",\"to\":\"b\",\"steps\":[\"x\"]}|steps",
        "{\"model\":\"m\",\"from\":\"a\",\"to\":\"b\",\"gates\":{\"max\":1}}|max",
        "{\"model\":\"m\",\"from\":\"a\",\"to\":\"b\",\"onBreach\":\"shrug\"}|onBreach"
      })
  void whatIsWrongIsNamed(String text, String named) {
    assertThatThrownBy(() -> RolloutFile.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(named);
  }

  @Test
  void aPlanIsReadAsItWasWritten() {
    Rollout plan =
        RolloutFile.parse(
            """
            model: a/b
            from: blue
            to: green
            steps: [5, {percent: 100, minSeconds: 1, minRequests: 2}]
            gates: {maxErrorRate: 0.5, minSample: 7}
            warm: {minWorkers: 3, timeoutSeconds: 9}
            evaluation:
              items: [{endpoint: /v1/completions, body: "{}", expected: Paris}]
              minScore: 0.5
              timeoutSeconds: 8
            onBreach: pause
            """);
    assertThat(RolloutFile.parse(RolloutFile.json(plan))).isEqualTo(plan);
    Rollout small = RolloutFile.parse("{\"model\":\"m\",\"from\":\"a\",\"to\":\"b\"}");
    assertThat(RolloutFile.parse(RolloutFile.json(small))).isEqualTo(small);
  }
}
