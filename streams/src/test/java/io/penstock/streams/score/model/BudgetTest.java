package io.penstock.streams.score.model;

import static io.penstock.streams.score.Requests.NOW;
import static io.penstock.streams.score.Requests.chat;
import static io.penstock.streams.score.Requests.meter;
import static io.penstock.streams.score.Requests.parsed;
import static io.penstock.streams.score.model.RoutingContexts.priced;
import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TenantCommitment;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.score.request.ParsedRequest;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import io.penstock.streams.score.spend.AdmittedCost;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.ToDoubleFunction;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** What is committed counts for a budget, beside what is spent. */
class BudgetTest extends ChooserFixture {

  private static final double HARD = 20;
  private static final String TENANT = "acme";
  private static final TenantPolicy POLICY =
      new TenantPolicy(
          TENANT,
          List.of(),
          List.of(),
          List.of(),
          List.of(),
          null,
          null,
          null,
          List.of(new Budget(BudgetPeriod.DAY, 15.0, HARD)));

  private final AdmittedCost admitted = new AdmittedCost();
  private final RoutingContext known =
      RoutingContexts.with(priced("talker", 1_000, 0.9)).routing(POLICY).build();

  @Test
  void ofAMillionSubmissionsBeforeTheFirstResultTheBudgetAdmitsWhatItPaysFor() {
    ParsedRequest parsed = parsed(chat().build(), ServiceClass.BATCH);
    double total = 0;
    double greatest = 0;
    int count = 0;
    for (int i = 0; i < 1_000_000; i++) {
      ParsedRequest request = withId(parsed, "r" + i);
      if (chooser.choose(request, context(NOW), meter(request))
          instanceof ModelSelection.Chosen chosen) {
        double cost = chosen.choice().getPredictedPrice().orElseThrow();
        admitted.admit(TENANT, "r" + i, cost, NOW.plus(Duration.ofDays(1)));
        greatest = Math.max(greatest, cost);
        total += cost;
        count++;
      }
    }
    assertThat(count).isBetween(50, 1_000);
    assertThat(total).isBetween(HARD, HARD + greatest);
  }

  @Test
  void whoIsRefusedForWhatIsUnderWayMayGoOnWhenItHasEnded() {
    admitted.admit(TENANT, "a", HARD, NOW.plus(Duration.ofDays(1)));
    Refusal refusal = state(context(NOW), spent(0)).orElseThrow();
    assertThat(refusal.code()).isEqualTo(RefusalCode.BUDGET_EXCEEDED);
    assertThat(refusal.message()).contains("under way may cost 20.0000 more");
    assertThat(refusal.retryAfter()).isEqualTo(Duration.ofMinutes(1));
    admitted.ended(TENANT, "a", NOW);
    Instant later = NOW.plus(AdmittedCost.SETTLING);
    assertThat(state(context(later), spent(8))).as("it cost less than predicted").isEmpty();
    assertThat(state(context(later), spent(HARD)).orElseThrow().retryAfter())
        .as("what is spent counts until the period ends")
        .isEqualTo(Duration.between(later, NOW.plus(Duration.ofHours(12))));
  }

  @Test
  void aSoftBudgetCountsWhatIsUnderWayToo() {
    admitted.admit(TENANT, "a", 15, NOW.plus(Duration.ofDays(1)));
    RoutingContext context = context(NOW);
    assertThat(
            BudgetState.of(
                TENANT, Optional.of(POLICY), Optional.empty(), context.committed(TENANT), NOW))
        .isInstanceOf(BudgetState.Soft.class);
  }

  @Test
  void evaluationsAreInNobodysBudget() {
    assertThat(
            BudgetState.of(
                "penstock-evaluation", Optional.of(POLICY), Optional.empty(), 1_000, NOW))
        .isInstanceOf(BudgetState.Within.class);
  }

  /**
   * Several processes score, some begin anew, and dispatch tells what it knows a while later:
   * beyond the budget goes one request, and what others admitted, or a former life did, in that
   * while.
   */
  @Property(tries = 200)
  void severalProcessesPassABudgetByWhatDispatchHasYetToTellAtMost(
      @ForAll long seed,
      @ForAll @IntRange(min = 1, max = 4) int processes,
      @ForAll @IntRange(max = 10) int lag) {
    Random random = new Random(seed);
    List<AdmittedCost> own = new ArrayList<>();
    for (int i = 0; i < processes; i++) {
      own.add(new AdmittedCost());
    }
    List<Double> totals = new ArrayList<>(List.of(0.0));
    double untold = 0;
    double greatest = 0;
    boolean alone = processes == 1;
    for (int second = 1; second < 60; second++) {
      double total = totals.getLast();
      double told = totals.get(Math.max(0, totals.size() - 1 - lag));
      for (int request = 0; request < 40; request++) {
        int process = random.nextInt(processes);
        double cost = random.nextDouble();
        Instant now = NOW.plusSeconds(second);
        RoutingContext context =
            context(tenant -> own.get(process).of(tenant, now), reporting(told), now);
        if (state(context, Optional.empty()).isEmpty()) {
          own.get(process)
              .admit(TENANT, second + "/" + request, cost, NOW.plus(Duration.ofDays(1)));
          total += cost;
          greatest = Math.max(greatest, cost);
          untold = Math.max(untold, total - told);
        }
      }
      totals.add(total);
      if (random.nextInt(20) == 0) {
        own.set(random.nextInt(processes), new AdmittedCost());
        alone = false;
      }
    }
    assertThat(totals.getLast()).isBetween(HARD, HARD + greatest + (alone ? 0 : untold));
  }

  private RoutingContext context(Instant now) {
    return context(tenant -> admitted.of(tenant, now), FleetView.EMPTY, now);
  }

  private RoutingContext context(ToDoubleFunction<String> own, FleetView fleet, Instant now) {
    return new RoutingContext(known.catalog(), known.routing(), fleet, own, now);
  }

  /** Two shards that each tell half, one of them long ago. */
  private static FleetView reporting(double committed) {
    List<TenantCommitment> half = List.of(new TenantCommitment(TENANT, committed / 2));
    return FleetView.of(
        List.of(
            RoutingContexts.report("talker").setCommitted(half).build(),
            RoutingContexts.report("talker")
                .setPartition(1)
                .setSentAt(NOW.minus(Duration.ofHours(1)))
                .setCommitted(half)
                .build()));
  }

  private static Optional<Refusal> state(RoutingContext context, Optional<Spend> spend) {
    return switch (BudgetState.of(
        TENANT, Optional.of(POLICY), spend, context.committed(TENANT), context.now())) {
      case BudgetState.Exceeded(Refusal refusal) -> Optional.of(refusal);
      case BudgetState.Soft() -> Optional.empty();
      case BudgetState.Within() -> Optional.empty();
    };
  }

  private static Optional<Spend> spent(double amount) {
    Spend.Period day =
        new Spend.Period(NOW.minus(Duration.ofHours(12)), NOW.plus(Duration.ofHours(12)), amount);
    return Optional.of(new Spend(TENANT, Map.of(BudgetPeriod.DAY, day)));
  }

  private static ParsedRequest withId(ParsedRequest parsed, String id) {
    InferenceRequest request = InferenceRequest.newBuilder(parsed.request()).setId(id).build();
    return new ParsedRequest(
        request,
        parsed.serviceClass(),
        parsed.endpoint(),
        parsed.model(),
        parsed.body(),
        parsed.acceptedAt());
  }
}
