package io.penstock.streams.score.model;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.model;
import static io.penstock.streams.score.model.RoutingContexts.busy;
import static io.penstock.streams.score.model.RoutingContexts.priced;
import static io.penstock.streams.score.model.RoutingContexts.report;
import static io.penstock.streams.score.model.RoutingContexts.unhealthy;
import static io.penstock.streams.score.model.RoutingContexts.variant;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.PriceWindow;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.Goal;
import io.penstock.schemas.routing.Sort;
import io.penstock.schemas.routing.TenantPolicy;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PreferenceTest extends ChooserFixture {

  private static final String EASY = "Who wrote Hamlet?";
  private static final String HARD = "Prove it. " + HARD_WORD;

  private static RoutingContexts three() {
    return RoutingContexts.with(
            priced("cheap", 1, 0.5), priced("middle", 5, 0.8), priced("strong", 20, 0.9))
        .fleet(
            busy("cheap", ServiceClass.STANDARD, 8),
            report("middle").setDecodeTokensPerSecond(300.0),
            busy("strong", ServiceClass.STANDARD, 2));
  }

  @ParameterizedTest
  @CsvSource({"price, cheap", "latency, middle", "throughput, middle", "quality, strong"})
  void sortDecides(String sort, String expected) {
    ModelSelection.Chosen chosen =
        chosen(chat().setModel("auto").setRouting(wanting().setSort(sort).build()), three());

    assertThat(target(chosen)).isEqualTo(expected);
    Map<String, Double> scores = chosen.choice().getAlternatives();
    assertThat(scores).containsOnlyKeys("cheap", "middle", "strong");
    assertThat(scores.values()).allSatisfy(score -> assertThat(score).isBetween(0.0, 1.0));
    assertThat(scores.get(expected)).isEqualTo(scores.values().stream().max(Double::compare).get());
    assertThat(chosen.alternatives()).hasSize(2);
  }

  @Test
  void aSortOfTheAliasOrTheTenantStandsInForTheRequests() {
    AliasPolicy quick = alias("quick", null, Sort.LATENCY, null);
    TenantPolicy thrifty = tenant(null, Sort.PRICE);

    assertThat(target(chat().setModel("quick"), three().routing(quick, thrifty)))
        .isEqualTo("middle");
    assertThat(target(chat().setModel("auto"), three().routing(quick, thrifty))).isEqualTo("cheap");
  }

  @Test
  void aListWithoutSortIsAnOrderThatPassesOverWhatIsUnhealthyOrTooSlow() {
    InferenceRequest.Builder request =
        chat()
            .setModel("strong")
            .setDeadline(NOW.plusSeconds(20))
            .setRouting(wanting().setModels(List.of("middle", "cheap")).build());
    RoutingContexts contexts =
        RoutingContexts.with(
            priced("cheap", 1, 0.5), priced("middle", 5, 0.8), priced("strong", 9, 0.9));

    assertThat(target(request, contexts)).isEqualTo("strong");
    contexts.fleet(unhealthy("strong"));
    assertThat(target(request, contexts)).isEqualTo("middle");
    contexts.fleet(busy("middle", ServiceClass.STANDARD, 10_000));
    ModelSelection.Chosen chosen = chosen(request, contexts);
    assertThat(target(chosen)).isEqualTo("cheap");
    assertThat(chosen.choice().getReason())
        .contains("strong is unhealthy", "middle would not be done by the deadline");
    assertThat(alternatives(chosen)).containsExactly("middle", "strong");
    contexts.fleet(unhealthy("cheap"));
    assertThat(target(request, contexts)).isEqualTo("middle");
  }

  @Test
  void goalsOfTheAliasGoBeforeThoseOfTheTenant() {
    AliasPolicy always = alias("best", new Goal(1.0, null), null, null);
    TenantPolicy never = tenant(new Goal(0.0, null), null);
    RoutingContexts contexts =
        RoutingContexts.with(priced("cheap", 1, 0.5), priced("strong", 20, 0.9))
            .routing(always, never);

    assertThat(target(chat().setModel("best"), contexts)).isEqualTo("strong");
    assertThat(target(chat().setModel("auto"), contexts)).isEqualTo("cheap");
  }

  @Test
  void easyPromptsGoToTheCheapAndHardOnesToTheStrongModel() {
    RoutingContexts contexts =
        RoutingContexts.with(priced("cheap", 1, 0.6), priced("strong", 20, 0.9))
            .routing(alias("smart", new Goal(0.3, null), null, null));

    ModelSelection.Chosen easy = chosen(asking(EASY).setModel("smart"), contexts);
    ModelSelection.Chosen hard = chosen(asking(HARD).setModel("smart"), contexts);

    assertThat(target(easy)).isEqualTo("cheap");
    assertThat(target(hard)).isEqualTo("strong");
    assertThat(easy.choice().getExpectedQuality().orElseThrow()).isNotEqualTo(0.6);
    assertThat(easy.choice().getReason()).contains("good enough");
  }

  @Test
  void amongEquallyGoodModelsTheCheapestIsTakenWithoutLookingAtThePrompt() {
    RoutingContexts contexts = RoutingContexts.with(priced("a", 3, 0.7), priced("b", 2, 0.7));

    ModelSelection.Chosen chosen = chosen(asking(HARD).setModel("auto"), contexts);

    assertThat(target(chosen)).isEqualTo("b");
    assertThat(chosen.choice().getExpectedQuality()).contains(0.7);
  }

  @Test
  void aGoalPrefersWhatMeetsTheObjective() {
    RoutingContexts contexts =
        RoutingContexts.with(priced("a", 3, 0.7), priced("b", 2, 0.7))
            .fleet(report("a"), busy("b", ServiceClass.STANDARD, 150));

    assertThat(target(chat().setModel("auto"), contexts)).isEqualTo("a");
  }

  @Test
  void anAliasesLeastQualityLeavesTheBestWhereNoneHasIt() {
    RoutingContexts contexts =
        RoutingContexts.with(priced("cheap", 1, 0.5), priced("strong", 20, 0.9))
            .routing(
                alias("good", new Goal(0.0, null), null, 0.7),
                alias("perfect", new Goal(0.0, null), null, 0.999));

    assertThat(target(chat().setModel("good"), contexts)).isEqualTo("strong");
    assertThat(target(asking(HARD).setModel("perfect"), contexts)).isEqualTo("strong");
  }

  @Test
  void domainsHaveScoresOfTheirOwn() {
    RoutingContexts contexts =
        RoutingContexts.with(
            priced("coder", 1, 0.5).setQualityByDomain(Map.of("code", 0.95)),
            priced("talker", 1, 0.8));
    InferenceRequest.Builder request =
        chat().setModel("auto").setRouting(wanting().setSort("quality").build());

    assertThat(target(request, contexts)).isEqualTo("talker");
    assertThat(target(request.setAttributes(Map.of("domain", "code")), contexts))
        .isEqualTo("coder");
  }

  @Test
  void aHalfOpenTargetGetsASmallShareAlwaysTheSame() {
    RoutingContexts contexts =
        RoutingContexts.with(model("a"), model("b"))
            .fleet(report("a").setHealth(TargetHealth.PROBING), report("b"));
    int probes = 0;
    for (int i = 0; i < 1_000; i++) {
      InferenceRequest.Builder request =
          chat()
              .setId("request-" + i)
              .setModel("a")
              .setRouting(wanting().setModels(List.of("b")).build());
      String first = target(request, contexts);
      assertThat(target(request, contexts)).isEqualTo(first);
      probes += first.equals("a") ? 1 : 0;
    }

    assertThat(probes).isBetween(25, 80);
  }

  @Test
  void oldReportsSayNothing() {
    RoutingContexts contexts =
        RoutingContexts.with(model("a"), model("b"))
            .fleet(unhealthy("a").setSentAt(NOW.minusSeconds(11)), report("b"));

    ModelSelection.Chosen chosen = chosen(chat().setModel("a"), contexts);

    assertThat(target(chosen)).isEqualTo("a");
    assertThat(chosen.choice().getPredictedWaitMillis()).isEmpty();
  }

  @Test
  void otherHealthyVariantsAreThereForFailover() {
    RoutingContexts contexts =
        RoutingContexts.with(
                model("a")
                    .setVariants(
                        List.of(
                            variant("blue", 1, "active"),
                            variant("green", 1, "active"),
                            variant("grey", 1, "draining"))))
            .fleet(unhealthy("a#blue"), report("a#green"));

    ModelSelection.Chosen chosen = chosen(chat().setModel("a"), contexts);

    assertThat(target(chosen)).isEqualTo("a#green");
    assertThat(chosen.alternatives()).isEmpty();
    assertThat(alternatives(chosen(chat().setModel("a"), contexts.fleet(report("a#blue")))))
        .hasSize(1);
  }

  @Test
  void predictsWaitPriceAndWritesPricesOfTheHour() {
    PriceWindow noon =
        PriceWindow.newBuilder().setFrom("11:00").setTo("13:00").setFactor(0.5).build();
    RoutingContexts contexts =
        RoutingContexts.with(priced("a", 10, 0.5).setPriceWindows(List.of(noon)))
            .fleet(busy("a", ServiceClass.INTERACTIVE, 7));

    ModelSelection.Chosen chosen = chosen(chat().setModel("a"), contexts);

    // 8 turnovers of 10 ms to read and 1 s to write, over 4 places, and 2 ms for the own prompt.
    assertThat(chosen.choice().getPredictedWaitMillis().orElseThrow()).isBetween(2_000L, 2_060L);
    assertThat(chosen.prices().input()).isEqualTo(5.0);
    double tokens = chosen.fit().prompt().total() + 129;
    assertThat(chosen.choice().getPredictedPrice()).contains(tokens * 5 / 1e6);
    assertThat(
            chosen(chat().setModel("a"), contexts.at(Instant.parse("2026-11-22T13:00:00Z")))
                .prices()
                .input())
        .isEqualTo(10.0);
  }

  private static InferenceRequest.Builder asking(String question) {
    return chat("{\"messages\":[{\"role\":\"user\",\"content\":\"%s\"}]}".formatted(question));
  }

  private static AliasPolicy alias(
      String name, @Nullable Goal goal, @Nullable Sort sort, @Nullable Double minQuality) {
    return new AliasPolicy(name, List.of(), goal, sort, minQuality, null, false);
  }

  private static TenantPolicy tenant(@Nullable Goal goal, @Nullable Sort sort) {
    return new TenantPolicy(
        "acme", List.of(), List.of(), List.of(), List.of(), null, goal, sort, List.of());
  }

  @Test
  void autoIsAnAliasPolicyWhereThereIsOne() {
    AliasPolicy auto = new AliasPolicy("auto", List.of("strong"), null, null, null, null, false);

    assertThat(target(chat().setModel("auto"), three().routing(auto))).isEqualTo("strong");
    assertThat(Optional.of(target(chat().setModel("auto"), three()))).isNotEmpty();
  }
}
