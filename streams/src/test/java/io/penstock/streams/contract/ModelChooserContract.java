package io.penstock.streams.contract;

import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.meter;
import static io.penstock.streams.score.Requests.parsed;
import static io.penstock.streams.score.Requests.request;
import static io.penstock.streams.score.model.RoutingContexts.priced;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.score.Requests;
import io.penstock.streams.score.model.ChooserParts;
import io.penstock.streams.score.model.ModelChooser;
import io.penstock.streams.score.model.ModelSelection;
import io.penstock.streams.score.model.RoutingContext;
import io.penstock.streams.score.model.RoutingContexts;
import io.penstock.streams.score.output.OutputLengthPredictor;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.service.ServiceLevels;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What every {@link ModelChooser} must hold. Extend it with a test that creates the policy. */
public abstract class ModelChooserContract {

  private static final int MOST_ALTERNATIVES = 8;

  private final RoutingContexts models =
      RoutingContexts.with(
          priced("cheap", 1, 0.4).setProvider("east"),
          priced("middling", 4, 0.6).setProvider("west"),
          priced("strong", 20, 0.9).setProvider("north"));

  /** Creates the policy under test. */
  protected abstract ModelChooser policy(ChooserParts parts);

  @Test
  void equalArgumentsGiveEqualSelections() {
    ModelChooser chooser = chooser();
    ParsedRequest request = parsed(any().build(), ServiceClass.STANDARD);
    ModelSelection first = chooser.choose(request, models.build(), meter(request));
    assertThat(chooser.choose(request, models.build(), meter(request))).isEqualTo(first);
    assertThat(chooser().choose(request, models.build(), meter(request))).isEqualTo(first);
  }

  @Test
  void aRequestThatNamesAModelGetsIt() {
    for (String name : List.of("cheap", "middling", "strong")) {
      ModelSelection.Chosen chosen = chosen(chat().setModel(name));
      assertThat(chosen.choice().getModel()).isEqualTo(name);
      assertThat(chosen.spec().getName()).isEqualTo(name);
      assertThat(chosen.choice().getReason()).isNotBlank();
    }
  }

  @Test
  void aModelThatNobodyKnowsIsRefusedWithAReason() {
    refused(chat().setModel("no-such-model"));
  }

  @Test
  void anEndpointThatNoModelServesIsRefusedWithAReason() {
    refused(request("/v1/embeddings", "{\"input\":\"water\"}").setModel("cheap"));
  }

  @Test
  void aPromptBeyondEveryContextWindowIsRefusedWithAReason() {
    String words = "water ".repeat(10_000);
    refused(
        chat("{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}".formatted(words))
            .setModel("auto"));
  }

  @Test
  void neitherChoiceNorAlternativesHaveAProviderThatTheRequestDenies() {
    for (String denied : List.of("east", "west", "north")) {
      everyProvider(
          chosen(routed(routing -> routing.setDeniedProviders(List.of(denied)))),
          provider -> assertThat(provider).isNotEqualTo(denied));
    }
  }

  @Test
  void neitherChoiceNorAlternativesHaveAProviderThatTheTenantDenies() {
    List<String> any = List.of();
    for (String denied : List.of("east", "west", "north")) {
      RoutingContext context =
          RoutingContexts.with(
                  priced("cheap", 1, 0.4).setProvider("east"),
                  priced("middling", 4, 0.6).setProvider("west"),
                  priced("strong", 20, 0.9).setProvider("north"))
              .routing(
                  new TenantPolicy(
                      "acme", any, any, any, List.of(denied), null, null, null, List.of()))
              .build();
      everyProvider(
          assertInstanceOf(ModelSelection.Chosen.class, select(any(), context)),
          provider -> assertThat(provider).isNotEqualTo(denied));
    }
  }

  @Test
  void neitherChoiceNorAlternativesAreBelowTheLeastQuality() {
    ModelSelection.Chosen chosen = chosen(routed(routing -> routing.setMinQuality(0.5)));
    everyModel(chosen, model -> assertThat(model).isNotEqualTo("cheap"));
  }

  @Test
  void neitherChoiceNorAlternativesCostMoreThanTheMostThatIsPaid() {
    double most = 0.005;
    ModelSelection.Chosen chosen = chosen(routed(routing -> routing.setMaxPrice(most)));
    everyModel(chosen, model -> assertThat(model).isNotEqualTo("strong"));
  }

  @Test
  void alternativesAreFewDistinctAndOtherThanTheChoice() {
    ModelSelection.Chosen chosen = chosen(any());
    assertThat(chosen.alternatives()).hasSizeLessThanOrEqualTo(MOST_ALTERNATIVES);
    List<String> targets = new ArrayList<>();
    targets.add(chosen.choice().getModel() + chosen.choice().getVariant());
    chosen.alternatives().forEach(each -> targets.add(each.getModel() + each.getVariant()));
    assertThat(targets).doesNotHaveDuplicates();
    for (ModelAlternative each : chosen.alternatives()) {
      assertThat(each.getPartition()).isBetween(0, Requests.SETTINGS.modelPartitions() - 1);
    }
  }

  private static InferenceRequest.Builder any() {
    return chat().setModel("auto");
  }

  private static InferenceRequest.Builder routed(Consumer<RoutingPreferences.Builder> wishes) {
    RoutingPreferences.Builder routing = RoutingPreferences.newBuilder();
    wishes.accept(routing);
    return any().setRouting(routing.build());
  }

  private static void everyProvider(ModelSelection.Chosen chosen, Consumer<String> check) {
    Stream.concat(
            chosen.choice().getProvider().stream(),
            chosen.alternatives().stream().flatMap(each -> each.getProvider().stream()))
        .forEach(check);
  }

  private static void everyModel(ModelSelection.Chosen chosen, Consumer<String> check) {
    check.accept(chosen.choice().getModel());
    chosen.alternatives().forEach(each -> check.accept(each.getModel()));
  }

  private ModelSelection.Chosen chosen(InferenceRequest.Builder request) {
    return assertInstanceOf(ModelSelection.Chosen.class, select(request, models.build()));
  }

  private void refused(InferenceRequest.Builder request) {
    ModelSelection.NotChosen refused =
        assertInstanceOf(ModelSelection.NotChosen.class, select(request, models.build()));
    assertThat(refused.refusal().message()).isNotBlank();
  }

  private ModelSelection select(InferenceRequest.Builder request, RoutingContext context) {
    ParsedRequest parsed = parsed(request.build(), ServiceClass.STANDARD);
    return chooser().choose(parsed, context, meter(parsed));
  }

  private ModelChooser chooser() {
    return policy(
        new ChooserParts(
            new OutputLengthPredictor(100),
            Requests.COMPLEXITY,
            ServiceLevels.DEFAULT,
            Requests.SETTINGS.modelPartitions()));
  }
}
