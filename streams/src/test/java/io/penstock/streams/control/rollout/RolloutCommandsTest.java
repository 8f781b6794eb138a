package io.penstock.streams.control.rollout;

import static io.penstock.streams.control.ControlSamples.NOW;
import static io.penstock.streams.control.ControlSamples.model;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.policies.RolloutAction;
import io.penstock.schemas.policies.RolloutCommands;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.State;
import io.penstock.schemas.routing.Rollout.Step;
import io.penstock.schemas.routing.RoutingState;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutCommandsTest {

  private static final ModelCatalog MODELS = ModelCatalog.following(List.of(model()));
  private static final Instant LATER = NOW.plusSeconds(60);

  private static Rollout rollout(String from, String to, State state, int step, State resumeTo) {
    return new Rollout(
        "llama",
        from,
        to,
        List.of(new Step(20, 0, 0), new Step(100, 0, 0)),
        null,
        null,
        null,
        null,
        state,
        step,
        step < 0 ? 0 : 20,
        NOW,
        resumeTo,
        "before",
        Map.of("evaluation_items", 3.0, "new_results", 7.0));
  }

  private static RoutingState state(State state, int step, State resumeTo) {
    return RoutingState.of(List.of(rollout("blue", "green", state, step, resumeTo)));
  }

  @Test
  void startsBetweenAnActiveVariantAndOneInTheShadow() {
    Rollout started =
        RolloutCommands.start(
            RoutingState.EMPTY, MODELS, rollout("blue", "green", State.SHIFTING, 1, null), LATER);
    assertThat(started.state()).isEqualTo(State.REGISTERED);
    assertThat(started.percent()).isZero();
    assertThat(started.figures()).isEmpty();
    assertThat(started.stateSince()).isEqualTo(LATER);
  }

  @ParameterizedTest
  @CsvSource({
    "green, blue, variant 'green' is shadow",
    "blue, red, 'which is no variant of ''llama''; it has blue, green'",
    "red, green, from is 'red'",
  })
  void refusesVariantsThatDoNotFit(String from, String to, String because) {
    assertThatThrownBy(
            () ->
                RolloutCommands.start(
                    RoutingState.EMPTY, MODELS, rollout(from, to, State.REGISTERED, -1, null), NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(because);
  }

  @Test
  void oneIsUnderWayAtATime() {
    Rollout wanted = rollout("blue", "green", State.REGISTERED, -1, null);
    assertThatThrownBy(
            () ->
                RolloutCommands.start(state(State.PAUSED, 0, State.SHIFTING), MODELS, wanted, NOW))
        .hasMessageContaining("PAUSED already");
    assertThat(RolloutCommands.start(state(State.ROLLED_BACK, 0, null), MODELS, wanted, NOW))
        .isNotNull();
  }

  @Test
  void aPausedStepGoesOnWhereItWas() {
    Rollout paused = RolloutCommands.pause(state(State.SHIFTING, 0, null), "llama", "lunch", LATER);
    assertThat(paused.percent()).isEqualTo(20);
    Rollout resumed =
        RolloutCommands.resume(RoutingState.of(List.of(paused)), "llama", LATER.plusSeconds(5));
    assertThat(resumed.state()).isEqualTo(State.SHIFTING);
    assertThat(resumed.percent()).isEqualTo(20);
    assertThat(resumed.stateSince()).isEqualTo(LATER.plusSeconds(5));
    assertThatThrownBy(() -> RolloutCommands.resume(state(State.SHIFTING, 0, null), "llama", NOW))
        .hasMessageContaining("not paused");
  }

  @Test
  void anActionHasAUsualReasonWhereAPersonGivesNone() {
    assertThat(RolloutAction.PAUSE.reason(null)).isEqualTo("paused by hand");
    assertThat(RolloutAction.ROLLBACK.reason(" ")).isEqualTo("rolled back by hand");
    assertThat(RolloutAction.FORCE.reason("late")).isEqualTo("late");
    for (RolloutAction action : RolloutAction.values()) {
      assertThat(RolloutAction.ofLabel(action.label())).contains(action);
    }
    assertThat(RolloutAction.ofLabel("PAUSE")).isEmpty();
    Rollout paused =
        RolloutAction.PAUSE.apply(state(State.SHIFTING, 0, null), "llama", "lunch", LATER);
    assertThat(paused.reason()).isEqualTo("lunch");
    RoutingState held = RoutingState.of(List.of(paused));
    assertThat(RolloutAction.RESUME.apply(held, "llama", "-", LATER).state())
        .isEqualTo(State.SHIFTING);
    assertThat(RolloutAction.FORCE.apply(held, "llama", "-", LATER).percent()).isEqualTo(100);
    assertThat(RolloutAction.ROLLBACK.apply(held, "llama", "bad", LATER).reason()).isEqualTo("bad");
  }

  @ParameterizedTest
  @CsvSource({
    "WARMING, -1, SHIFTING, 20",
    "EVALUATING, -1, SHIFTING, 20",
    "SHIFTING, 0, SHIFTING, 100",
    "SHIFTING, 1, COMPLETING, 100",
  })
  void forcingGoesToTheNextStep(State from, int step, State to, int percent) {
    Rollout forced = RolloutCommands.force(state(from, step, null), "llama", LATER);
    assertThat(forced.state()).isEqualTo(to);
    assertThat(forced.percent()).isEqualTo(percent);
    assertThat(forced.figures()).containsOnlyKeys("evaluation_items");
    Rollout afterPause = RolloutCommands.force(state(State.PAUSED, step, from), "llama", LATER);
    assertThat(afterPause.state()).isEqualTo(to);
  }

  @Test
  void rollsBackWhateverIsUnderWayAndNothingElse() {
    Rollout back = RolloutCommands.rollBack(state(State.COMPLETING, 1, null), "llama", "no", LATER);
    assertThat(back.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(back.percent()).isZero();
    assertThatThrownBy(
            () -> RolloutCommands.rollBack(state(State.COMPLETED, 1, null), "llama", "no", NOW))
        .hasMessageContaining("start another one to go back");
    assertThatThrownBy(() -> RolloutCommands.rollBack(RoutingState.EMPTY, "x", "no", NOW))
        .hasMessageContaining("has no rollout");
  }

  @Test
  void anEvaluationFileNamesItsWrongLine() {
    assertThat(
            EvaluationFile.parse(
                List.of(
                    "{\"prompt\": \"Hi\", \"expected\": \"hello\"}",
                    "",
                    "{\"endpoint\": \"/v1/embeddings\", \"body\": {\"input\": \"x\"}}")))
        .hasSize(2)
        .first()
        .satisfies(
            item -> {
              assertThat(item.body()).contains("\"content\":\"Hi\"");
              assertThat(item.expected()).isEqualTo("hello");
            });
    assertThatThrownBy(() -> EvaluationFile.parse(List.of("{\"prompt\":\"a\"}", "{\"promt\":1}")))
        .hasMessageContaining("line 2 has key 'promt'");
    assertThatThrownBy(() -> EvaluationFile.parse(List.of(""))).hasMessageContaining("0 items");
  }
}
