package io.penstock.streams.score.model;

import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.embedder;
import static io.penstock.streams.score.Requests.model;
import static io.penstock.streams.score.model.RoutingContexts.busy;
import static io.penstock.streams.score.model.RoutingContexts.priced;
import static io.penstock.streams.score.model.RoutingContexts.report;
import static io.penstock.streams.score.model.RoutingContexts.unhealthy;
import static io.penstock.streams.score.model.RoutingContexts.variant;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.RoutingPreferences;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.score.request.RefusalCode;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CandidateFiltersTest extends ChooserFixture {

  private static Arguments rules(
      RefusalCode code,
      UnaryOperator<ModelSpec.Builder> spec,
      UnaryOperator<RoutingPreferences.Builder> routing) {
    return Arguments.of(code, spec, routing);
  }

  private static ModelSpec.Builder asIs(ModelSpec.Builder spec) {
    return spec;
  }

  /** What rules the model out: how it differs from a good one, and what the request demands. */
  static Stream<Arguments> filters() {
    return Stream.of(
        rules(
            RefusalCode.ENDPOINT_NOT_SERVED,
            spec -> spec.setEndpoints(List.of("/v1/completions")),
            routing -> routing),
        rules(
            RefusalCode.TASK_NOT_SERVED,
            spec -> spec.setTaskTypes(List.of("code", "embed")),
            routing -> routing),
        rules(
            RefusalCode.CONTEXT_LENGTH_EXCEEDED,
            spec -> spec.setContextWindow(5).setMaxOutputTokens(1),
            routing -> routing),
        rules(
            RefusalCode.MODEL_NOT_ALLOWED,
            CandidateFiltersTest::asIs,
            routing -> routing.setAllowedModels(List.of("good"))),
        rules(
            RefusalCode.MODEL_NOT_ALLOWED,
            CandidateFiltersTest::asIs,
            routing -> routing.setDeniedModels(List.of("other-name"))),
        rules(
            RefusalCode.PROVIDER_NOT_ALLOWED,
            spec -> spec.setProvider("faraway"),
            routing -> routing.setAllowedProviders(List.of("local"))),
        rules(
            RefusalCode.PROVIDER_NOT_ALLOWED,
            spec -> spec.setProvider("faraway"),
            routing -> routing.setDeniedProviders(List.of("faraway"))),
        rules(
            RefusalCode.MAX_PRICE_EXCEEDED,
            spec -> spec.setOutputPricePerMillion(1_000.0),
            routing -> routing.setMaxPrice(0.5)),
        rules(
            RefusalCode.MIN_QUALITY_NOT_MET,
            spec -> spec.setQuality(0.2),
            routing -> routing.setMinQuality(0.4)),
        rules(
            RefusalCode.MIN_QUALITY_NOT_MET,
            spec -> spec.setQuality(null),
            routing -> routing.setMinQuality(0.4)),
        rules(
            RefusalCode.MAX_WAIT_EXCEEDED,
            CandidateFiltersTest::asIs,
            routing -> routing.setMaxWaitMillis(1_000L)));
  }

  @ParameterizedTest
  @MethodSource("filters")
  void aFilterRulesOutTheNamedModelAndSaysWhy(
      RefusalCode code,
      UnaryOperator<ModelSpec.Builder> spec,
      UnaryOperator<RoutingPreferences.Builder> routing) {
    RoutingContexts alone = contexts(spec);
    RoutingContexts beside = contexts(spec);
    RoutingPreferences preferences = routing.apply(wanting()).build();

    assertThat(
            refused(
                    chat()
                        .setModel("bad")
                        .setAttributes(Map.of("task", "chat"))
                        .setRouting(preferences),
                    alone)
                .code())
        .isEqualTo(code);
    ModelSelection.Chosen chosen =
        chosen(
            chat()
                .setModel("bad")
                .setAttributes(Map.of("task", "chat"))
                .setRouting(
                    RoutingPreferences.newBuilder(preferences).setModels(List.of("good")).build()),
            beside);

    assertThat(target(chosen)).isEqualTo("good");
    assertThat(chosen.choice().getExcluded()).containsKey("bad");
    assertThat(chosen.choice().getExcluded().get("bad")).startsWith(code.code());
    assertThat(chosen.alternatives()).isEmpty();
  }

  private static RoutingContexts contexts(UnaryOperator<ModelSpec.Builder> spec) {
    return RoutingContexts.with(
            spec.apply(priced("bad", 1, 0.5).setAliases(List.of("other-name"))),
            priced("good", 1, 0.5).setTaskTypes(List.of("chat")))
        .fleet(busy("bad", ServiceClass.INTERACTIVE, 40), report("good"));
  }

  @Test
  void theTenantsPolicyBindsBesideTheRequestsOwn() {
    RoutingContexts contexts =
        RoutingContexts.with(model("a"), model("b"), model("c"))
            .routing(tenant("acme", List.of("a", "b"), List.of()));

    assertThat(refused(chat().setModel("c"), contexts).code())
        .isEqualTo(RefusalCode.MODEL_NOT_ALLOWED);
    assertThat(
            refused(
                    chat()
                        .setModel("a")
                        .setRouting(wanting().setAllowedModels(List.of("c", "b")).build()),
                    contexts)
                .code())
        .isEqualTo(RefusalCode.MODEL_NOT_ALLOWED);
    assertThat(
            target(
                chat()
                    .setModel("auto")
                    .setRouting(wanting().setAllowedModels(List.of("c", "b")).build()),
                contexts))
        .isEqualTo("b");
  }

  @Test
  void thePolicyForEveryoneBindsTenantsWithoutTheirOwn() {
    RoutingContexts contexts =
        RoutingContexts.with(model("a").setProvider("faraway"), model("b"))
            .routing(tenant("*", List.of(), List.of("local")));

    assertThat(refused(chat().setModel("a"), contexts).code())
        .isEqualTo(RefusalCode.PROVIDER_NOT_ALLOWED);
    assertThat(target(chat().setModel("a"), contexts.routing(tenant("acme", List.of(), List.of()))))
        .isEqualTo("a");
  }

  @Test
  void fallbacksCountOnlyIfTheyAreAllowed() {
    RoutingContexts contexts =
        RoutingContexts.with(model("a").setFallbacks(List.of("b")), model("b"))
            .fleet(unhealthy("a"), report("b"));

    assertThat(target(chat().setModel("a"), contexts)).isEqualTo("b");
    ModelSelection.Chosen alone =
        chosen(
            chat().setModel("a").setRouting(wanting().setAllowFallbacks(false).build()), contexts);
    assertThat(target(alone)).isEqualTo("a");
    assertThat(alone.alternatives()).isEmpty();
    assertThat(alone.choice().getReason()).contains("waits for it", "error rate");
    RoutingContexts strict =
        contexts.routing(
            new TenantPolicy(
                "acme", List.of(), List.of(), List.of(), List.of(), false, null, null, List.of()));
    assertThat(target(chat().setModel("a"), strict)).isEqualTo("a");
  }

  @Test
  void aFallbackNeverGoesBeforeTheNamedModelWhileThatServes() {
    RoutingContexts contexts =
        RoutingContexts.with(priced("a", 9, 0.9).setFallbacks(List.of("b")), priced("b", 1, 0.5))
            .fleet(busy("a", ServiceClass.STANDARD, 5), report("b"));

    ModelSelection.Chosen chosen =
        chosen(chat().setModel("a").setRouting(wanting().setSort("price").build()), contexts);

    assertThat(target(chosen)).isEqualTo("a");
    assertThat(alternatives(chosen)).containsExactly("b");
  }

  @Test
  void anExactVariantIsPinnedShadowOnesIncluded() {
    RoutingContexts contexts =
        RoutingContexts.with(
            model("a")
                .setFallbacks(List.of("b"))
                .setVariants(
                    List.of(
                        variant("blue", 1, "active"),
                        variant("green", 1, "shadow"),
                        variant("old", 1, "retired"))),
            model("b"));

    ModelSelection.Chosen shadow = chosen(chat().setModel("a#green"), contexts);
    assertThat(target(shadow)).isEqualTo("a#green");
    assertThat(shadow.alternatives()).isEmpty();
    assertThat(target(chat().setModel("a"), contexts)).isEqualTo("a#blue");
    assertThat(refused(chat().setModel("a#old"), contexts).code())
        .isEqualTo(RefusalCode.UNKNOWN_VARIANT);
    assertThat(refused(chat().setModel("z#old"), contexts).code())
        .isEqualTo(RefusalCode.UNKNOWN_MODEL);
  }

  @Test
  void aVariantsOwnProviderCounts() {
    ModelVariant remote =
        ModelVariant.newBuilder(variant("remote", 1_000, "active")).setProvider("faraway").build();
    RoutingContexts contexts =
        RoutingContexts.with(model("a").setVariants(List.of(remote, variant("here", 1, "active"))));

    for (int i = 0; i < 50; i++) {
      ModelSelection.Chosen chosen =
          chosen(
              chat()
                  .setId("request-" + i)
                  .setModel("a")
                  .setRouting(wanting().setDeniedProviders(List.of("faraway")).build()),
              contexts);
      assertThat(target(chosen)).isEqualTo("a#here");
      assertThat(chosen.choice().getProvider()).contains("local");
      assertThat(chosen.alternatives()).isEmpty();
    }
  }

  @Test
  void namesInAnAliasPolicyMayBeVariantsAndUnknownOnesAreSaid() {
    RoutingContexts contexts =
        RoutingContexts.with(
                model("a").setVariants(List.of(variant("blue", 1, "active"))), embedder())
            .routing(
                new AliasPolicy("smart", List.of("a#blue", "gone"), null, null, null, null, false));

    ModelSelection.Chosen chosen = chosen(chat().setModel("smart"), contexts);

    assertThat(target(chosen)).isEqualTo("a#blue");
    assertThat(chosen.choice().getExcluded()).containsOnlyKeys("gone");
    assertThat(refused(chat().setModel("wise"), contexts).code())
        .isEqualTo(RefusalCode.UNKNOWN_MODEL);
  }

  @Test
  void aListNarrowsAnAliasPolicyAndNeverWidensIt() {
    RoutingContexts contexts =
        RoutingContexts.with(priced("a", 1, 0.5), priced("b", 2, 0.5), priced("c", 3, 0.5))
            .routing(new AliasPolicy("smart", List.of("a", "b"), null, null, null, null, false));

    ModelSelection.Chosen chosen =
        chosen(
            chat().setModel("smart").setRouting(wanting().setModels(List.of("c", "b")).build()),
            contexts);

    assertThat(target(chosen)).isEqualTo("b");
    assertThat(chosen.choice().getExcluded()).containsKey("c");
    assertThat(chosen.alternatives()).isEmpty();
  }

  @Test
  void sayWhatIsWrongWithEachWhenNothingIsLeft() {
    RoutingContexts contexts = RoutingContexts.with(priced("a", 1, 0.2), embedder());

    var refusal =
        refused(chat().setModel("auto").setRouting(wanting().setMinQuality(0.5).build()), contexts);

    assertThat(refusal.code()).isEqualTo(RefusalCode.NO_SUITABLE_MODEL);
    assertThat(refusal.message())
        .contains("a: min_quality_not_met", "embedder: endpoint_not_served");
  }

  private static TenantPolicy tenant(
      String name, List<String> allowedModels, List<String> allowedProviders) {
    return new TenantPolicy(
        name, allowedModels, List.of(), allowedProviders, List.of(), null, null, null, List.of());
  }

  @Test
  void aModelThatMustCutTheAnswerIsTakenOnlyWhereNoOtherServes() {
    ModelSpec brief = priced("brief", 1, 0.5).setMaxOutputTokens(100).build();
    ModelSpec ample = priced("ample", 20, 0.9).setMaxOutputTokens(4000).build();
    RoutingContexts both =
        RoutingContexts.with(ModelSpec.newBuilder(brief), ModelSpec.newBuilder(ample));
    String body = "{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":3000}";

    ModelSelection.Chosen chosen =
        chosen(chat(body).setModel("auto").setRouting(wanting().setSort("price").build()), both);

    assertThat(target(chosen)).isEqualTo("ample");
    assertThat(alternatives(chosen)).isEmpty();
    assertThat(
            target(chat(body).setModel("brief"), RoutingContexts.with(ModelSpec.newBuilder(brief))))
        .isEqualTo("brief");
  }

  @Test
  void aPromisedPriceTellsTheEngineItsLimit() {
    RoutingContexts one = RoutingContexts.with(priced("m", 1, 0.5));

    assertThat(chosen(chat().setModel("m"), one).outputLimit()).isEmpty();
    ModelSelection.Chosen promised =
        chosen(chat().setModel("m").setRouting(wanting().setMaxPrice(1000.0).build()), one);

    assertThat(promised.outputLimit()).hasValue(promised.fit().maxOutput());
    assertThat(promised.choice().getDegradations()).isEmpty();
  }
}
