package io.penstock.streams.score.model;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.model;
import static io.penstock.streams.score.model.RoutingContexts.unhealthy;
import static io.penstock.streams.score.model.RoutingContexts.variant;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.routing.Experiment;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Target;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ExperimentAssignmentTest extends ChooserFixture {

  private static RoutingContexts variants() {
    return RoutingContexts.with(
        model("a")
            .setAliases(List.of("ay"))
            .setVariants(List.of(variant("blue", 1, "active"), variant("green", 1, "shadow"))),
        model("b"));
  }

  @Test
  void requestsForTheSubjectAreSplitAndTheArmIsWritten() {
    RoutingContexts contexts = variants().routing(running("a", "a#blue", "a#green", null));
    Map<String, Integer> arms = new HashMap<>();
    for (int i = 0; i < 1_000; i++) {
      ModelSelection.Chosen chosen = chosen(chat().setId("request-" + i).setModel("ay"), contexts);
      assertThat(chosen.choice().getExperiment()).contains("test");
      assertThat(chosen.choice().getExperimentUnit()).contains("request-" + i);
      String arm = chosen.choice().getArm().orElseThrow();
      assertThat(target(chosen)).isEqualTo(arm.equals("control") ? "a#blue" : "a#green");
      arms.merge(arm, 1, Integer::sum);
    }

    assertThat(arms.get("other")).isBetween(430, 570);
  }

  @Test
  void unitsOfAStoppedArmGoToTheControl() {
    RoutingContexts contexts = variants().routing(running("a", "a#blue", "a#green", "errors"));

    for (int i = 0; i < 50; i++) {
      ModelSelection.Chosen chosen = chosen(chat().setId("request-" + i).setModel("a"), contexts);
      assertThat(chosen.choice().getArm()).contains("control");
    }
  }

  @Test
  void aRequestTakesNoPartIfTheArmBreaksItsConstraints() {
    RoutingContexts contexts = variants().routing(running("a", "b", "b", null));

    assertThat(chosen(chat().setModel("a"), contexts).choice().getExperiment()).contains("test");
    for (RoutingPreferences routing :
        List.of(
            wanting().setDeniedModels(List.of("b")).build(),
            wanting().setAllowFallbacks(false).build(),
            wanting().setModels(List.of("a")).build())) {
      ModelSelection.Chosen chosen = chosen(chat().setModel("a").setRouting(routing), contexts);
      assertThat(target(chosen)).isEqualTo("a#blue");
      assertThat(chosen.choice().getExperiment()).isEmpty();
    }
  }

  @Test
  void aRequestTakesNoPartIfItNamesAVariantOrTheArmCannotServe() {
    RoutingContexts contexts = variants().routing(running("a", "a#green", "a#green", null));

    assertThat(chosen(chat().setModel("a#blue"), contexts).choice().getExperiment()).isEmpty();
    assertThat(
            chosen(chat().setModel("a"), contexts.fleet(unhealthy("a#green")))
                .choice()
                .getExperiment())
        .isEmpty();
  }

  @Test
  void anExperimentBetweenVariantsIsAlsoAboutRequestsThatLeftTheModelOpen() {
    RoutingContexts contexts = variants().routing(running("a", "a#blue", "a#green", null));

    ModelSelection.Chosen chosen =
        chosen(
            chat().setModel("auto").setRouting(wanting().setModels(List.of("a")).build()),
            contexts);

    assertThat(chosen.choice().getExperiment()).contains("test");
  }

  @Test
  void aRolloutsNewVariantIsNeverAnAlternative() {
    for (int i = 0; i < 200; i++) {
      ModelSelection.Chosen chosen =
          chosen(
              chat().setId("request-" + i).setModel("a"),
              RoutingContexts.with(
                      model("a")
                          .setVariants(
                              List.of(variant("blue", 1, "active"), variant("green", 1, "active"))))
                  .routing(rollout(30)));
      if (target(chosen).equals("a#blue")) {
        assertThat(chosen.alternatives()).isEmpty();
      } else {
        assertThat(alternatives(chosen)).containsExactly("a#blue");
      }
    }
  }

  private static Rollout rollout(int percent) {
    return new Rollout(
        "a",
        "blue",
        "green",
        List.of(),
        Rollout.Gates.DEFAULT,
        Rollout.Warm.DEFAULT,
        null,
        Rollout.BreachAction.ROLLBACK,
        Rollout.State.SHIFTING,
        0,
        percent,
        NOW,
        null,
        null,
        Map.of());
  }

  private static Experiment running(
      String subject, String control, String other, @Nullable String stopped) {
    return new Experiment(
        "test",
        subject,
        List.of(
            new Experiment.Arm("control", Target.parse(control), 1, null),
            new Experiment.Arm("other", Target.parse(other), 1, stopped)),
        Experiment.Unit.REQUEST,
        Experiment.Metric.SUCCESS,
        0.95,
        100,
        Experiment.Guardrails.NONE,
        Experiment.State.RUNNING,
        NOW,
        null,
        null);
  }
}
