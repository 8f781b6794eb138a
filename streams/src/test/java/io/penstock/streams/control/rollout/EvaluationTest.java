package io.penstock.streams.control.rollout;

import static io.penstock.streams.control.ControlSamples.NOW;
import static io.penstock.streams.control.ControlSamples.answer;
import static io.penstock.streams.control.ControlSamples.failure;
import static io.penstock.streams.control.ControlSamples.model;
import static io.penstock.streams.control.ControlSamples.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.EvaluationIds;
import io.penstock.schemas.routing.EvaluationIds.Asked;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.Rollout.Evaluation;
import io.penstock.schemas.routing.Rollout.Evaluation.Item;
import io.penstock.schemas.routing.Rollout.State;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EvaluationTest {

  private static final Rollout ROLLOUT =
      new Rollout(
          "llama",
          "blue",
          "green",
          List.of(),
          null,
          null,
          new Evaluation(
              List.of(
                  new Item("/v1/chat/completions", "{\"a\":1}", "Paris"),
                  new Item("/v1/chat/completions", "{\"a\":2}", null)),
              0,
              0.5,
              null,
              null,
              60),
          null,
          State.EVALUATING,
          -1,
          0,
          NOW,
          null,
          null,
          Map.of());

  private final EvaluationIds ids = EvaluationIds.of(ROLLOUT, NOW);
  private final EvaluationResults results = new EvaluationResults(ROLLOUT, NOW);

  private void answered(int item, boolean ofNew, String text) {
    results.add(
        result(ids.id(new Asked(item, ofNew)), ofNew ? "green" : "blue", NOW)
            .setBody(answer(text))
            .setCost(ofNew ? 0.02 : 0.01)
            .setStartedAt(NOW.minusMillis(ofNew ? 300 : 100))
            .build());
  }

  @Test
  void asksBothVariantsEachItemInShadow() {
    List<InferenceRequest> requests =
        EvaluationRequests.of(
            ROLLOUT, EvaluationRequests.stored(ROLLOUT.evaluation()), NOW, NOW.plusSeconds(1));
    assertThat(requests).hasSize(4);
    assertThat(requests)
        .extracting(InferenceRequest::getModel)
        .containsExactly("llama#blue", "llama#green", "llama#blue", "llama#green");
    assertThat(requests)
        .allSatisfy(
            request -> {
              assertThat(request.getTenant()).isEqualTo("penstock-evaluation");
              assertThat(request.getServiceClass()).contains(ServiceClass.BATCH);
              assertThat(request.getDeadline()).contains(NOW.plusSeconds(61));
              assertThat(EvaluationIds.isEvaluation(request.getTenant(), request.getId())).isTrue();
              assertThat(request.getRouting().orElseThrow().getAllowFallbacks()).contains(false);
            });
    assertThat(ids.read(requests.get(3).getId())).contains(new Asked(1, true));
    assertThat(EvaluationIds.of(ROLLOUT, NOW.plusMillis(1)).read(requests.get(3).getId()))
        .as("another evaluation's")
        .isEmpty();
  }

  @Test
  void scoresExpectedAnswersAndAgreement() {
    answered(0, false, "I do not know");
    assertThat(results.figures().answered()).isZero();
    answered(0, true, "It is PARIS.");
    answered(1, true, "the cat sat");
    answered(1, false, "The cat ran!");
    EvaluationFigures figures = results.figures();
    assertThat(figures.answered()).isEqualTo(2);
    assertThat(figures.newScore().orElseThrow()).isCloseTo((1 + 2.0 / 3) / 2, within(1e-9));
    assertThat(figures.oldScore()).hasValue(0);
    assertThat(figures.latencyRatio()).hasValue(3);
    assertThat(figures.costRatio()).hasValue(2);
  }

  @Test
  void aFailureScoresNothingAndSaysNothingOfLatency() {
    answered(1, false, "yes");
    results.add(failure(ids.id(new Asked(1, true)), "green", NOW).build());
    assertThat(results.figures().newScore()).hasValue(0);
    assertThat(results.figures().latencyRatio()).isEmpty();
  }

  @Test
  void vectorsAgreeByTheirCosineHoweverTheyAreWritten() {
    Answer numbers = read("{\"data\":[{\"embedding\":[1.0,0.0]}]}");
    Answer other = read("{\"data\":[{\"embedding\":[1.0,1.0]}]}");
    // 1.0f and 0.0f, little-endian.
    Answer encoded = read("{\"data\":[{\"embedding\":\"AACAPwAAAAA=\"}]}");
    assertThat(Answer.agreement(numbers, encoded).orElseThrow()).isCloseTo(1, within(1e-6));
    assertThat(Answer.agreement(numbers, other).orElseThrow())
        .isCloseTo(Math.sqrt(0.5), within(1e-6));
    assertThat(Answer.agreement(numbers, new Answer.Text("x"))).isEmpty();
    assertThat(Answer.read(ByteBuffer.wrap(new byte[] {1, 2}))).isEmpty();
  }

  private static Answer read(String json) {
    return Answer.read(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8))).orElseThrow();
  }

  @Test
  void replayedRequestsKeepWhoMaySeeThem() {
    EvaluationItem item =
        new EvaluationItem(
            "/v1/chat/completions",
            ByteBuffer.wrap(new byte[0]),
            Optional.of(
                RoutingPreferences.newBuilder().setAllowedProviders(List.of("local")).build()));
    RoutingPreferences kept =
        EvaluationRequests.of(ROLLOUT, List.of(item), NOW, NOW)
            .getFirst()
            .getRouting()
            .orElseThrow();
    assertThat(kept.getAllowedProviders()).containsExactly("local");
  }

  @Test
  void completionGivesTheNewVariantTheOldOnesWeight() {
    var completed = VariantSwap.completed(model(), ROLLOUT, NOW.plusSeconds(1));
    assertThat(completed.getVariants())
        .extracting(ModelVariant::getName, ModelVariant::getState, ModelVariant::getWeight)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("blue", "retired", 0),
            org.assertj.core.groups.Tuple.tuple("green", "active", 7));
    assertThat(VariantSwap.completed(completed, ROLLOUT, NOW.plusSeconds(2))).isSameAs(completed);
  }
}
