package io.penstock.streams.control;

import static io.penstock.streams.control.ControlSamples.MODEL;
import static io.penstock.streams.control.ControlSamples.NEW;
import static io.penstock.streams.control.ControlSamples.NOW;
import static io.penstock.streams.control.ControlSamples.OLD;
import static io.penstock.streams.control.ControlSamples.failure;
import static io.penstock.streams.control.ControlSamples.feedback;
import static io.penstock.streams.control.ControlSamples.model;
import static io.penstock.streams.control.ControlSamples.report;
import static io.penstock.streams.control.ControlSamples.result;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.policies.RolloutCommands;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.Evaluation;
import io.penstock.schemas.routing.Rollout.Evaluation.Item;
import io.penstock.schemas.routing.Rollout.State;
import io.penstock.schemas.routing.Rollout.Step;
import io.penstock.schemas.routing.TenantPolicy;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ControlLeadTest {

  private final ControlRig rig = new ControlRig();
  private int ids;

  @BeforeEach
  void aModelWithTwoVariants() {
    rig.append(rig.names.models(), MODEL, model());
  }

  @AfterEach
  void close() {
    rig.close();
  }

  private void fleet(@Nullable String variant) {
    FleetReport report = report(variant, rig.now).build();
    rig.append(rig.names.fleet(), FleetView.key(report), report);
  }

  private void results(String variant, int count, boolean succeeded) {
    for (int i = 0; i < count; i++) {
      String id = "r" + ids++;
      InferenceResult result =
          (succeeded ? result(id, variant, rig.now) : failure(id, variant, rig.now)).build();
      rig.append(rig.names.results(), id, result);
    }
  }

  private static Rollout plan(@Nullable Evaluation evaluation) {
    return new Rollout(
        MODEL,
        OLD,
        NEW,
        List.of(new Step(20, 5, 20), new Step(100, 5, 20)),
        null,
        null,
        evaluation,
        null,
        State.REGISTERED,
        -1,
        0,
        NOW,
        null,
        null,
        Map.of());
  }

  private Rollout rollout() {
    return rig.routing().rollout(MODEL).orElseThrow();
  }

  /** Seconds with fresh reports of both variants, and good results. */
  private void goodSeconds(int count) {
    for (int i = 0; i < count; i++) {
      fleet(OLD);
      fleet(NEW);
      results(OLD, 5, true);
      results(NEW, 5, true);
      rig.seconds(1);
    }
  }

  @Test
  void aRolloutGoesAllTheWayAndChangesTheRegistryOnce() {
    rig.write(plan(null));
    rig.lead();
    goodSeconds(12);
    assertThat(rollout().percent()).isEqualTo(100);
    assertThat(rig.applied).isEmpty();
    goodSeconds(22);
    assertThat(rollout().state()).isEqualTo(State.COMPLETED);
    assertThat(rig.applied).hasSize(1);
    assertThat(rig.applied.getFirst().getVariants())
        .extracting(ModelVariant::getState)
        .containsExactly("retired", "active");
    assertThat(rig.writersOpened).as("one, and one after the registry's change").isEqualTo(2);
  }

  @Test
  void aNewLeaderCountsWhatTheOldOneSaw() {
    rig.write(plan(null));
    rig.lead();
    goodSeconds(3);
    assertThat(rollout().state()).isEqualTo(State.SHIFTING);
    results(NEW, 19, false);
    rig.lead();
    fleet(NEW);
    results(NEW, 1, false);
    rig.seconds(1);
    assertThat(rollout().state()).isEqualTo(State.ROLLED_BACK);
    assertThat(rollout().reason()).contains("error rate");
  }

  @Test
  void bothVariantsAreAskedInShadowAndTheirAnswersCountForNoGate() {
    rig.write(
        plan(
            new Evaluation(
                List.of(new Item("/v1/chat/completions", "{}", "hello")), 0, 0.5, null, null, 60)));
    rig.lead();
    fleet(NEW);
    rig.seconds(3);
    assertThat(rollout().state()).isEqualTo(State.EVALUATING);
    assertThat(rig.asked)
        .extracting(InferenceRequest::getModel)
        .containsExactly("llama#blue", "llama#green");
    rig.lead();
    rig.seconds(2);
    assertThat(rig.asked).as("a new leader does not ask again").hasSize(2);
    for (InferenceRequest request : rig.asked) {
      String variant = request.getModel().endsWith(NEW) ? NEW : OLD;
      rig.append(
          rig.names.results(),
          request.getId(),
          result(request.getId(), variant, rig.now).setTenant(request.getTenant()).build());
    }
    rig.seconds(1);
    assertThat(rollout().state()).isEqualTo(State.SHIFTING);
    assertThat(rollout().figures()).containsEntry("evaluation_new_score", 1.0);
    InferenceResult late =
        failure("evaluation-late", NEW, rig.now.plusSeconds(1))
            .setTenant("penstock-evaluation")
            .build();
    rig.append(rig.names.results(), late.getId(), late);
    fleet(NEW);
    rig.seconds(6);
    assertThat(rollout().figures()).containsEntry("new_results", 0.0);
  }

  @Test
  void whatAPersonWroteInBetweenIsNotOverwritten() {
    rig.write(plan(null));
    rig.lead();
    goodSeconds(2);
    assertThat(rollout().state()).isEqualTo(State.SHIFTING);
    goodSeconds(4);
    // The person's change comes right before the loop would begin the next step.
    rig.overtakeNext = true;
    fleet(NEW);
    results(NEW, 20, true);
    rig.seconds(1);
    rig.write(RolloutCommands.pause(rig.routing(), MODEL, "wait", rig.now));
    goodSeconds(10);
    assertThat(rollout().state()).isEqualTo(State.PAUSED);
    assertThat(rollout().percent()).isEqualTo(20);
    assertThat(rollout().reason()).isEqualTo("wait");
  }

  @Test
  void feedbackCountsWhicheverComesFirst() {
    rig.write(plan(null));
    rig.lead();
    goodSeconds(3);
    for (int i = 0; i < 30; i++) {
      String old = "old" + i;
      String fresh = "new" + i;
      rig.append(rig.names.feedback(), fresh, feedback(fresh, "user", 0.2, rig.now));
      rig.append(rig.names.results(), old, result(old, OLD, rig.now).build());
      rig.append(rig.names.results(), fresh, result(fresh, NEW, rig.now).build());
      rig.append(rig.names.feedback(), old, feedback(old, "user", 0.9, rig.now));
    }
    fleet(NEW);
    rig.seconds(1);
    assertThat(rollout().state()).isEqualTo(State.ROLLED_BACK);
    assertThat(rollout().reason()).contains("feedback");
  }

  @Test
  void spendIsRightAfterARestartAndForABudgetThatComesLater() {
    rig.lead();
    results(OLD, 10, true);
    rig.seconds(5);
    rig.write(
        new TenantPolicy(
            "acme",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            null,
            null,
            null,
            List.of(new Budget(BudgetPeriod.DAY, 1.0, 2.0))));
    rig.seconds(2);
    assertThat(spent()).isEqualTo(0.1, org.assertj.core.data.Offset.offset(1e-9));
    results(OLD, 10, true);
    rig.seconds(1);
    rig.lead();
    results(OLD, 10, true);
    rig.seconds(6);
    assertThat(spent()).isEqualTo(0.3, org.assertj.core.data.Offset.offset(1e-9));
  }

  private double spent() {
    return rig.routing().spend("acme").orElseThrow().periods().get(BudgetPeriod.DAY).spent();
  }
}
