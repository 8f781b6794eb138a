package io.penstock.streams.score.model;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.model;
import static io.penstock.streams.score.model.RoutingContexts.priced;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.PriceWindow;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.DegradationLadder.Action;
import io.penstock.schemas.routing.DegradationLadder.Rung;
import io.penstock.schemas.routing.Sort;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DegradationTest extends ChooserFixture {

  private static final AliasPolicy BEST =
      new AliasPolicy("best", List.of(), null, Sort.QUALITY, null, null, true);

  private static RoutingContexts two() {
    return RoutingContexts.with(priced("cheap", 1, 0.5), priced("strong", 20, 0.9)).routing(BEST);
  }

  @Test
  void anOverloadedModelGivesWayToTheCheapestWhereTheRequestLeavesItOpen() {
    RoutingContexts contexts = two().routing(on("strong", rung(Action.CHEAPER_MODEL, null)));

    ModelSelection.Chosen open = chosen(chat().setModel("best"), contexts);
    assertThat(target(open)).isEqualTo("cheap");
    assertThat(open.choice().getDegradations()).containsExactly("cheaper_model");
    assertThat(open.choice().getReason()).contains("instead of strong");
    ModelSelection.Chosen named = chosen(chat().setModel("strong"), contexts);
    assertThat(target(named)).isEqualTo("strong");
    assertThat(named.choice().getDegradations()).isEmpty();
  }

  @Test
  void outputIsCappedOnlyWhereAllowedAndForAlternativesToo() {
    RoutingContexts contexts = two().routing(on("strong", rung(Action.CAP_OUTPUT, 50)));

    ModelSelection.Chosen capped =
        chosen(
            chat().setModel("best").setRouting(wanting().setAllowShorterOutput(true).build()),
            contexts);
    assertThat(capped.fit().maxOutput()).isEqualTo(50);
    assertThat(capped.outputLimit()).hasValue(50);
    assertThat(capped.choice().getDegradations()).containsExactly("output_capped:50");
    assertThat(capped.alternatives())
        .allSatisfy(each -> assertThat(each.getMaxOutputTokens()).isLessThanOrEqualTo(50));
    assertThat(chosen(chat().setModel("best"), contexts).outputLimit()).isEmpty();
    assertThat(
            chosen(
                    chat("{\"messages\":[{\"role\":\"user\",\"content\":\"Hi\"}],\"max_tokens\":9}")
                        .setModel("best")
                        .setRouting(wanting().setAllowShorterOutput(true).build()),
                    contexts)
                .choice()
                .getDegradations())
        .isEmpty();
  }

  @Test
  void aClassIsRefusedWithATimeToTryAgainUnlessAnotherModelMayServe() {
    RoutingContexts contexts =
        RoutingContexts.with(model("a").setFallbacks(List.of("b")), model("b"))
            .routing(on("a", rung(Action.REFUSE_STANDARD, null)));

    assertThat(target(chat().setModel("a"), contexts)).isEqualTo("b");
    Refusal refusal =
        refused(
            chat().setModel("a").setRouting(wanting().setAllowFallbacks(false).build()), contexts);
    assertThat(refusal.code()).isEqualTo(RefusalCode.OVERLOADED);
    assertThat(refusal.code().statusCode()).isEqualTo(429);
    assertThat(refusal.toError().getRetryAfterMillis()).contains(20_000L);
    assertThat(refusal.toError().getRetryable()).isTrue();
    assertThat(choose(chat().setModel("a"), contexts, ServiceClass.INTERACTIVE))
        .isInstanceOf(ModelSelection.Chosen.class);
  }

  @Test
  void aSoftBudgetTakesTheCheapestAndAHardOneRefusesUntilThePeriodEnds() {
    Budget budget = new Budget(BudgetPeriod.DAY, 10.0, 20.0);

    ModelSelection.Chosen soft =
        chosen(chat().setModel("best"), two().routing(tenant(budget), spent(10)));
    assertThat(target(soft)).isEqualTo("cheap");
    assertThat(soft.choice().getDegradations()).containsExactly("budget_soft");
    assertThat(target(chat().setModel("best"), two().routing(tenant(budget), spent(9))))
        .isEqualTo("strong");
    Refusal refusal = refused(chat().setModel("best"), two().routing(tenant(budget), spent(20)));
    assertThat(refusal.code()).isEqualTo(RefusalCode.BUDGET_EXCEEDED);
    assertThat(refusal.code().statusCode()).isEqualTo(402);
    assertThat(refusal.retryAfter()).isEqualTo(Duration.ofHours(12));
  }

  @Test
  void aPeriodThatIsOverCountsAsUnspent() {
    Budget budget = new Budget(BudgetPeriod.DAY, 10.0, 20.0);
    RoutingContexts contexts =
        two().routing(tenant(budget), spent(100)).at(NOW.plus(Duration.ofHours(12)));

    assertThat(target(chat().setModel("best"), contexts)).isEqualTo("strong");
  }

  @Test
  void batchWaitsForCheaperHoursIfTheDeadlineLeavesRoom() {
    PriceWindow night =
        PriceWindow.newBuilder()
            .setFrom("22:00")
            .setTo("06:00")
            .setZone("Europe/Zurich")
            .setFactor(0.4)
            .build();
    RoutingContexts contexts =
        RoutingContexts.with(priced("cheap", 1, 0.5).setPriceWindows(List.of(night))).routing(BEST);
    Instant tenInZurich = Instant.parse("2026-11-22T21:00:00Z");

    ModelSelection.Chosen batch = batch(chat().setModel("best"), contexts);
    assertThat(batch.notBefore()).contains(tenInZurich);
    assertThat(batch.prices().input()).isEqualTo(0.4);
    assertThat(batch.choice().getReason()).contains("deferred to 2026-11-22T21:00:00Z");
    assertThat(batch(chat().setModel("cheap"), contexts).notBefore()).isEmpty();
    assertThat(
            batch(chat().setModel("best").setDeadline(tenInZurich.plusSeconds(60)), contexts)
                .notBefore())
        .isEmpty();
    assertThat(chosen(chat().setModel("best"), contexts).notBefore()).isEmpty();
    assertThat(batch(chat().setModel("best"), contexts.at(tenInZurich)).notBefore()).isEmpty();
  }

  private ModelSelection.Chosen batch(InferenceRequest.Builder request, RoutingContexts contexts) {
    return assertInstanceOf(
        ModelSelection.Chosen.class, choose(request, contexts, ServiceClass.BATCH));
  }

  private static Degradation on(String model, Rung rung) {
    return new Degradation(model, List.of(rung), Map.of(), NOW);
  }

  private static Rung rung(Action action, @Nullable Integer outputTokens) {
    return new Rung(action, ServiceClass.STANDARD, 2, 1, 0, 0, outputTokens, 20);
  }

  private static TenantPolicy tenant(Budget budget) {
    return new TenantPolicy(
        "acme", List.of(), List.of(), List.of(), List.of(), null, null, null, List.of(budget));
  }

  private static Spend spent(double amount) {
    return new Spend(
        "acme",
        Map.of(
            BudgetPeriod.DAY,
            new Spend.Period(
                NOW.minus(Duration.ofHours(12)), NOW.plus(Duration.ofHours(12)), amount)));
  }
}
