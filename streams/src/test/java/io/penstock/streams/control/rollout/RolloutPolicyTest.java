package io.penstock.streams.control.rollout;

import static io.penstock.streams.control.ControlSamples.NOW;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.policies.RolloutTransitions;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.BreachAction;
import io.penstock.schemas.routing.Rollout.Evaluation;
import io.penstock.schemas.routing.Rollout.Gates;
import io.penstock.schemas.routing.Rollout.State;
import io.penstock.schemas.routing.Rollout.Step;
import io.penstock.schemas.routing.Rollout.Warm;
import io.penstock.streams.control.rollout.RolloutMove.Effect;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RolloutPolicyTest {

  private static final Evaluation EVALUATION = new Evaluation(List.of(), 10, 0.8, 1.5, 1.2, 300);

  /** The present rollout and what is seen of it; time and sight change as a test says. */
  private Rollout rollout = plan(null, BreachAction.ROLLBACK);

  private long seconds;
  private int workers = 1;
  private boolean known = true;
  private Optional<String> unhealthy = Optional.empty();
  private Drain drain = Drain.UNKNOWN;
  private VariantFigures old = VariantFigures.NONE;
  private VariantFigures fresh = VariantFigures.NONE;
  private EvaluationFigures evaluation = EvaluationFigures.NONE;

  private static Rollout plan(@Nullable Evaluation evaluation, BreachAction onBreach) {
    return new Rollout(
        "llama",
        "blue",
        "green",
        List.of(new Step(10, 60, 50), new Step(50, 60, 50), new Step(100, 60, 0)),
        new Gates(0.05, 0.02, 2.0, 0.1, 20),
        new Warm(1, 120),
        evaluation,
        onBreach,
        State.REGISTERED,
        -1,
        0,
        NOW,
        null,
        null,
        Map.of());
  }

  private Optional<RolloutMove> decide() {
    RolloutSight sight = new RolloutSight(known, workers, unhealthy, drain, old, fresh, evaluation);
    Optional<RolloutMove> move = RolloutPolicy.decide(rollout, sight, NOW.plusSeconds(seconds));
    move.ifPresent(each -> rollout = each.rollout());
    return move;
  }

  private static VariantFigures figures(long results, long errors, double millis) {
    return new VariantFigures(
        results, errors, OptionalDouble.of(millis), 0, OptionalDouble.empty());
  }

  private void shiftTo(int step) {
    rollout =
        RolloutTransitions.to(
            rollout,
            State.SHIFTING,
            step,
            rollout.steps().get(step).percent(),
            "test",
            Map.of(),
            NOW.plusSeconds(seconds));
  }

  @Test
  void goesAllTheWayWhenEverythingHolds() {
    decide();
    assertThat(rollout.state()).isEqualTo(State.WARMING);
    decide();
    assertThat(rollout.state()).isEqualTo(State.SHIFTING);
    assertThat(rollout.percent()).isEqualTo(10);
    old = figures(500, 1, 100);
    for (int percent : new int[] {10, 50, 100}) {
      assertThat(rollout.percent()).isEqualTo(percent);
      fresh = figures(60, 0, 110);
      seconds += 59;
      decide();
      assertThat(rollout.percent()).as("before its time").isEqualTo(percent);
      seconds += 1;
      decide();
    }
    assertThat(rollout.state()).isEqualTo(State.COMPLETING);
    drain = new Drain(false, 2, 1, 0);
    seconds += 30;
    decide();
    assertThat(rollout.state()).isEqualTo(State.COMPLETING);
    drain = new Drain(true, 0, 0, 0);
    assertThat(decide()).map(RolloutMove::effect).contains(Effect.COMPLETE);
    assertThat(rollout.state()).isEqualTo(State.COMPLETED);
    assertThat(rollout.percent()).isEqualTo(100);
    assertThat(decide()).isEmpty();
  }

  @Test
  void aStepWaitsForItsRequests() {
    shiftTo(0);
    seconds = 3600;
    fresh = figures(49, 0, 100);
    decide();
    assertThat(rollout.step()).isZero();
    fresh = figures(50, 0, 100);
    decide();
    assertThat(rollout.step()).isEqualTo(1);
    assertThat(rollout.stateSince()).isEqualTo(NOW.plusSeconds(3600));
  }

  @Test
  void pausesWhatDoesNotWarmUpInTime() {
    workers = 0;
    decide();
    seconds = 119;
    assertThat(decide()).isEmpty();
    seconds = 120;
    decide();
    assertThat(rollout.state()).isEqualTo(State.PAUSED);
    assertThat(rollout.resumeTo()).isEqualTo(State.WARMING);
    assertThat(rollout.reason()).contains("0 of 1 workers");
  }

  @Test
  void whatIsUnhealthyIsNotWarm() {
    decide();
    unhealthy = Optional.of("error rate 80%");
    assertThat(decide()).isEmpty();
    seconds = 120;
    decide();
    assertThat(rollout.reason()).contains("error rate 80%");
  }

  @ParameterizedTest
  @CsvSource({
    // new results, errors, ms, old results, errors, ms, broken because of
    "19, 19, 100, 100, 0, 100, ''",
    "20,  1, 100, 100, 5, 100, ''",
    "20,  2, 100, 100, 9, 100, 'error rate 10.0% above 5.0%'",
    "100, 4, 100, 100, 1, 100, 'more than 2.0% higher'",
    "100, 4, 100,  19, 0, 100, ''",
    "100, 0, 201, 100, 0, 100, 'median time to first token 201 ms'",
    "100, 0, 200, 100, 0, 100, ''",
    "100, 0, 900,  19, 0, 100, ''",
  })
  void gatesBreakAtTheirLimitsOnly(
      long newResults,
      long newErrors,
      double newMillis,
      long oldResults,
      long oldErrors,
      double oldMillis,
      String because) {
    shiftTo(0);
    old = figures(oldResults, oldErrors, oldMillis);
    fresh = figures(newResults, newErrors, newMillis);
    decide();
    if (because.isEmpty()) {
      assertThat(rollout.state()).isEqualTo(State.SHIFTING);
    } else {
      assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
      assertThat(rollout.percent()).isZero();
      assertThat(rollout.reason()).contains(because).contains("at 10%");
      assertThat(rollout.figures()).containsEntry("new_results", (double) newResults);
    }
  }

  @Test
  void worseFeedbackBreaksItsGate() {
    shiftTo(1);
    old = new VariantFigures(100, 0, OptionalDouble.of(100), 30, OptionalDouble.of(0.8));
    fresh = new VariantFigures(100, 0, OptionalDouble.of(100), 19, OptionalDouble.of(0.1));
    decide();
    assertThat(rollout.state()).isEqualTo(State.SHIFTING);
    fresh = new VariantFigures(100, 0, OptionalDouble.of(100), 20, OptionalDouble.of(0.69));
    decide();
    assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(rollout.reason()).contains("feedback 0.690");
  }

  @Test
  void aBreachPausesWhereItIsToldTo() {
    rollout = plan(null, BreachAction.PAUSE);
    shiftTo(1);
    fresh = figures(100, 50, 100);
    decide();
    assertThat(rollout.state()).isEqualTo(State.PAUSED);
    assertThat(rollout.resumeTo()).isEqualTo(State.SHIFTING);
    assertThat(rollout.percent()).isEqualTo(50);
    assertThat(decide()).isEmpty();
  }

  @Test
  void rollsBackWhenTheNewVariantsWorkersVanish() {
    shiftTo(0);
    workers = 0;
    known = false;
    decide();
    assertThat(rollout.state()).as("no knowledge is not unhealthy").isEqualTo(State.SHIFTING);
    known = true;
    decide();
    assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(rollout.reason()).contains("no live worker");
  }

  @Test
  void rollsBackWhileTheOldOneDrains() {
    rollout = RolloutTransitions.to(rollout, State.COMPLETING, 2, 100, "test", Map.of(), NOW);
    drain = new Drain(false, 5, 0, 0);
    fresh = figures(100, 20, 100);
    decide();
    assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
  }

  @Test
  void waitsForTheOldOneHoweverLongItTakesAndSaysForWhat() {
    rollout = RolloutTransitions.to(rollout, State.COMPLETING, 2, 100, "test", Map.of(), NOW);
    drain = new Drain(false, 5, 2, 1);
    seconds = Duration.ofDays(1).toSeconds();
    decide();
    assertThat(rollout.state()).isEqualTo(State.COMPLETING);
    assertThat(rollout.figures())
        .containsEntry("old_waiting", 5.0)
        .containsEntry("old_leased", 2.0)
        .containsEntry("old_silent_partitions", 1.0);
    drain = Drain.UNKNOWN;
    decide();
    assertThat(rollout.state()).as("unknown is not drained").isEqualTo(State.COMPLETING);
    drain = new Drain(true, 0, 0, 0);
    decide();
    assertThat(rollout.state()).isEqualTo(State.COMPLETED);
  }

  @Test
  void evaluatesBeforeTheFirstStep() {
    rollout = plan(EVALUATION, BreachAction.ROLLBACK);
    decide();
    decide();
    assertThat(rollout.state()).isEqualTo(State.EVALUATING);
    assertThat(decide()).map(RolloutMove::effect).contains(Effect.EVALUATE);
    rollout = Figures.withEvaluationItems(rollout, 10);
    evaluation = evaluated(9, 0.9, 1.0, 1.0);
    decide();
    assertThat(rollout.state()).isEqualTo(State.EVALUATING);
    evaluation = evaluated(10, 0.9, 1.0, 1.0);
    decide();
    assertThat(rollout.state()).isEqualTo(State.SHIFTING);
    assertThat(rollout.figures()).containsEntry("evaluation_new_score", 0.9);
    assertThat(rollout.reason()).contains("0.900");
  }

  private static EvaluationFigures evaluated(
      int answered, double score, double latency, double cost) {
    return new EvaluationFigures(
        answered,
        answered,
        OptionalDouble.of(score),
        OptionalDouble.empty(),
        OptionalDouble.of(latency),
        OptionalDouble.of(cost));
  }

  @ParameterizedTest
  @CsvSource({
    "0.79, 1.0, 1.0, score 0.790 below 0.800",
    "0.90, 1.6, 1.0, median time in the engine 1.60 times",
    "0.90, 1.0, 1.3, mean cost 1.30 times",
  })
  void aFailedEvaluationRollsBack(double score, double latency, double cost, String because) {
    rollout = plan(EVALUATION, BreachAction.ROLLBACK);
    decide();
    decide();
    rollout = Figures.withEvaluationItems(rollout, 10);
    evaluation = evaluated(10, score, latency, cost);
    decide();
    assertThat(rollout.state()).isEqualTo(State.ROLLED_BACK);
    assertThat(rollout.reason()).contains(because);
  }

  @Test
  void pausesWhenEvaluationTakesTooLongOrHasNothingToReplay() {
    rollout = plan(EVALUATION, BreachAction.ROLLBACK);
    decide();
    decide();
    Rollout evaluating = rollout;
    rollout = Figures.withEvaluationItems(evaluating, 0);
    decide();
    assertThat(rollout.state()).isEqualTo(State.PAUSED);
    assertThat(rollout.reason()).contains("no request of llama to replay");
    rollout = Figures.withEvaluationItems(evaluating, 10);
    seconds = 300;
    decide();
    assertThat(rollout.state()).isEqualTo(State.PAUSED);
    assertThat(rollout.reason()).contains("0 of 10");
  }

  @Test
  void figuresAloneAreWrittenWithoutAMove() {
    shiftTo(0);
    fresh = figures(5, 0, 100);
    assertThat(decide()).map(RolloutMove::effect).contains(Effect.FIGURES);
    assertThat(decide()).as("nothing new").isEmpty();
  }
}
