package io.penstock.streams.control.spend;

import static io.penstock.streams.control.ControlSamples.NOW;
import static io.penstock.streams.control.ControlSamples.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.penstock.schemas.Repetition;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.control.observation.Observation;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SpendLedgerTest {

  private final SpendLedger ledger = new SpendLedger();
  private RoutingState routing =
      RoutingState.of(List.of(policy("acme", new Budget(BudgetPeriod.DAY, 50.0, 100.0))));

  private static TenantPolicy policy(String tenant, Budget... budgets) {
    return new TenantPolicy(
        tenant, List.of(), List.of(), List.of(), List.of(), null, null, null, List.of(budgets));
  }

  @BeforeEach
  void follow() {
    ledger.follow(routing);
  }

  private void spend(String tenant, double cost, Instant at) {
    ledger.add(result("r" + at + tenant, null, at).setTenant(tenant).setCost(cost).build());
  }

  private List<Spend> due(Instant now) {
    List<Spend> due = ledger.due(now);
    due.forEach(each -> routing = routing.with(each));
    ledger.follow(routing);
    return due;
  }

  @Test
  void writesAtOnceWhatIsAPercentOfALimitAndTheRestWithinSeconds() {
    ledger.add(result("again", null, NOW).setCost(90.0).setRepetition(Repetition.CONFLICT).build());
    assertThat(due(NOW)).as("only a repetition").isEmpty();
    spend("acme", 0.2, NOW);
    assertThat(due(NOW)).as("the first").hasSize(1);
    spend("acme", 0.4, NOW);
    assertThat(due(NOW.plusSeconds(1))).as("less than a percent").isEmpty();
    assertThat(due(NOW.plusSeconds(5))).as("late enough").hasSize(1);
    assertThat(due(NOW.plusSeconds(100))).as("nothing new").isEmpty();
    spend("acme", 0.5, NOW.plusSeconds(101));
    assertThat(due(NOW.plusSeconds(101))).hasSize(1);
    spend("acme", 0.5, NOW.plusSeconds(101));
    assertThat(due(NOW.plusSeconds(101))).as("a percent of the soft limit").hasSize(1);
    Spend.Period day = routing.spend("acme").orElseThrow().periods().get(BudgetPeriod.DAY);
    assertThat(day.spent()).isCloseTo(1.6, within(1e-9));
    assertThat(day.start()).isEqualTo(Instant.parse("2026-11-22T00:00:00Z"));
    assertThat(day.end()).isEqualTo(Instant.parse("2026-11-23T00:00:00Z"));
  }

  @Test
  void whatCouldNotBeWrittenIsDueAgain() {
    spend("acme", 0.2, NOW);

    assertThat(ledger.due(NOW)).as("written, but somebody else came between").hasSize(1);
    assertThat(due(NOW.plusSeconds(2))).hasSize(1);
    assertThat(due(NOW.plusSeconds(3))).isEmpty();
  }

  @Test
  void countsOnlyWhoHasABudgetAndNeverEvaluations() {
    spend("other", 5, NOW);
    assertThat(due(NOW)).isEmpty();
    routing = RoutingState.of(List.of(policy("*", new Budget(BudgetPeriod.HOUR, null, 1.0))));
    ledger.follow(routing);
    String evaluation = Observation.EVALUATION_TENANT;
    ledger.add(result("evaluation-1", null, NOW).setTenant(evaluation).setCost(5.0).build());
    assertThat(due(NOW)).isEmpty();
    ledger.add(result("mine", null, NOW).setTenant(evaluation).setCost(5.0).build());
    assertThat(due(NOW)).as("the name alone buys nothing").hasSize(1);
  }

  @Test
  void thePolicyForEveryoneCountsEachTenantAlone() {
    routing = RoutingState.of(List.of(policy("*", new Budget(BudgetPeriod.HOUR, null, 1.0))));
    ledger.follow(routing);
    spend("a", 1, NOW);
    spend("b", 2, NOW);
    assertThat(due(NOW)).extracting(Spend::name).containsExactlyInAnyOrder("a", "b");
  }

  @Test
  void aNewPeriodBeginsAtNothingEvenWithoutResults() {
    spend("acme", 40, NOW);
    due(NOW);
    Instant tomorrow = Instant.parse("2026-11-23T00:00:01Z");
    assertThat(due(tomorrow)).hasSize(1);
    Spend.Period day = routing.spend("acme").orElseThrow().periods().get(BudgetPeriod.DAY);
    assertThat(day.spent()).isZero();
    assertThat(day.start()).isEqualTo(Instant.parse("2026-11-23T00:00:00Z"));
    spend("acme", 7, NOW);
    assertThat(due(tomorrow.plusSeconds(10))).as("yesterday's").isEmpty();
  }

  @Test
  void aRestartCountsFromTheLogAgain() {
    spend("acme", 3, NOW);
    due(NOW);
    ledger.restart();
    spend("acme", 3, NOW);
    ledger.caughtUp(NOW);
    assertThat(due(NOW)).as("it is written already").isEmpty();
    spend("acme", 4, NOW.plusSeconds(1));
    due(NOW.plusSeconds(10));
    assertThat(routing.spend("acme").orElseThrow().periods().get(BudgetPeriod.DAY).spent())
        .isEqualTo(7);
  }

  @Test
  void whatTheLogHasForgottenIsCarriedOn() {
    spend("acme", 30, NOW);
    due(NOW);
    ledger.restart();
    spend("acme", 10, NOW);
    ledger.caughtUp(NOW);
    spend("acme", 5, NOW.plusSeconds(1));
    due(NOW.plusSeconds(10));
    assertThat(routing.spend("acme").orElseThrow().periods().get(BudgetPeriod.DAY).spent())
        .isEqualTo(35);
  }

  @Test
  void needsResultsSinceTheLongestPeriodBegan() {
    assertThat(SpendLedger.neededFrom(RoutingState.EMPTY, NOW)).isEmpty();
    assertThat(SpendLedger.neededFrom(routing, NOW))
        .contains(Instant.parse("2026-11-22T00:00:00Z"));
    assertThat(
            SpendLedger.neededFrom(
                routing.with(policy("b", new Budget(BudgetPeriod.MONTH, 1.0, null))), NOW))
        .contains(Instant.parse("2026-11-01T00:00:00Z"));
  }

  @Test
  void whoHasNoBudgetAnyMoreIsNamed() {
    spend("acme", 3, NOW);
    due(NOW);
    routing = routing.with(policy("acme"));
    ledger.follow(routing);
    assertThat(ledger.withoutBudget()).containsExactly("acme");
  }
}
