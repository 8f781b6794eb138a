package io.penstock.streams.score.model;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.embedder;
import static io.penstock.streams.score.Requests.meter;
import static io.penstock.streams.score.Requests.model;
import static io.penstock.streams.score.Requests.parsed;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.streams.score.Requests;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.util.List;
import org.junit.jupiter.api.Test;

class NamedModelsTest {

  private final ModelChooser chooser = Requests.chooser();

  @Test
  void takesTheFirstKnownCandidateOfAuto() {
    ModelSelection.Chosen chosen =
        chosen(
            chat().setModel("auto").setRouting(candidates("unknown", "talker")),
            model("talker").build());

    assertThat(chosen.choice().getModel()).isEqualTo("talker");
    assertThat(chosen.choice().getReason()).contains("preference");
  }

  @Test
  void turnsToThePreferencesWhenTheNamedModelCannotServe() {
    InferenceRequest.Builder request = chat().setModel("embedder").setRouting(candidates("talker"));

    assertThat(chosen(request, embedder().build(), model("talker").build()).spec().getName())
        .isEqualTo("talker");
  }

  @Test
  void holdsToDeniedAndAllowedModels() {
    RoutingPreferences denied =
        RoutingPreferences.newBuilder().setDeniedModels(List.of("talker")).build();
    RoutingPreferences allowed =
        RoutingPreferences.newBuilder().setAllowedModels(List.of("other")).build();

    assertThat(refused(chat().setRouting(denied), model("talker").build()).code())
        .isEqualTo(RefusalCode.MODEL_NOT_ALLOWED);
    assertThat(refused(chat().setRouting(allowed), model("talker").build()).code())
        .isEqualTo(RefusalCode.MODEL_NOT_ALLOWED);
  }

  @Test
  void refusesAnEndpointThatTheModelDoesNotServe() {
    Refusal refusal = refused(chat().setModel("embedder"), embedder().build());

    assertThat(refusal.code()).isEqualTo(RefusalCode.ENDPOINT_NOT_SERVED);
    assertThat(refusal.message()).contains("/v1/embeddings");
  }

  @Test
  void clampsTheOutputToWhatTheWindowLeaves() {
    String body =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}],\"max_tokens\":500}"
            .formatted("word ".repeat(60));

    ModelSelection.Chosen chosen =
        chosen(chat(body), model("talker").setContextWindow(100).setMaxOutputTokens(100).build());

    assertThat(chosen.fit().maxOutput()).isEqualTo(100 - chosen.fit().prompt().longest());
  }

  @Test
  void countsEveryChoice() {
    String body =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":50,\"n\":3}";

    assertThat(chosen(chat(body), model("talker").build()).fit().maxOutput()).isEqualTo(150);
  }

  @Test
  void refusesAPromptBeyondTheWindow() {
    String body =
        "{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}".formatted("word ".repeat(200));

    Refusal refusal =
        refused(chat(body), model("talker").setContextWindow(100).setMaxOutputTokens(100).build());

    assertThat(refusal.code()).isEqualTo(RefusalCode.CONTEXT_LENGTH_EXCEEDED);
    assertThat(refusal.field()).isEqualTo("body.messages");
  }

  @Test
  void splitsRequestsByWeightAndKeepsEachWhereItWas() {
    ModelSpec spec =
        model("talker")
            .setVariants(
                List.of(
                    variant("blue", 9, "active"),
                    variant("green", 1, "active"),
                    variant("grey", 50, "draining")))
            .build();
    int green = 0;
    for (int i = 0; i < 2_000; i++) {
      String id = "request-" + i;
      String variant = variantOf(spec, id);
      assertThat(variantOf(spec, id)).isEqualTo(variant).isNotEqualTo("grey");
      green += variant.equals("green") ? 1 : 0;
    }

    assertThat(green).isBetween(150, 250);
  }

  private String variantOf(ModelSpec spec, String id) {
    return chosen(chat().setId(id), spec).choice().getVariant().orElseThrow();
  }

  private static ModelVariant variant(String name, int weight, String state) {
    return ModelVariant.newBuilder().setName(name).setWeight(weight).setState(state).build();
  }

  private static RoutingPreferences candidates(String... models) {
    return RoutingPreferences.newBuilder().setModels(List.of(models)).build();
  }

  private ModelSelection.Chosen chosen(InferenceRequest.Builder request, ModelSpec... models) {
    return assertInstanceOf(ModelSelection.Chosen.class, choose(request, models));
  }

  private Refusal refused(InferenceRequest.Builder request, ModelSpec... models) {
    return assertInstanceOf(ModelSelection.NotChosen.class, choose(request, models)).refusal();
  }

  private ModelSelection choose(InferenceRequest.Builder request, ModelSpec... models) {
    ParsedRequest parsed = parsed(request.build(), ServiceClass.INTERACTIVE);
    return chooser.choose(
        parsed, RoutingContext.of(ModelCatalog.of(List.of(models)), NOW), meter(parsed));
  }
}
