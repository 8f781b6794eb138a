package io.penstock.streams.control.spend;

import static io.penstock.streams.control.ControlSamples.NOW;
import static io.penstock.streams.control.ControlSamples.failure;
import static io.penstock.streams.control.ControlSamples.model;
import static io.penstock.streams.control.ControlSamples.result;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.assertj.core.api.Assertions.within;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.policies.BudgetReport;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.control.spend.CostReport.Dimension;
import io.penstock.streams.control.spend.CostReport.Line;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CostReportTest {

  private static ModelSpec priced(String name, double input, double output) {
    return ModelSpec.newBuilder(model())
        .setName(name)
        .setInputPricePerMillion(input)
        .setOutputPricePerMillion(output)
        .build();
  }

  @Test
  void addsUpByWhatIsAskedAndComparesAtTheSameTokens() {
    CostReport report =
        new CostReport(
            List.of(Dimension.TENANT, Dimension.DAY), Optional.of(priced("strong", 100, 1000)));
    report.add(result("1", null, NOW).setCost(0.01).build());
    report.add(result("2", null, NOW).setCost(0.02).build());
    report.add(result("3", null, NOW).setTenant("zoo").setCost(null).build());
    report.add(failure("4", null, NOW).setCost(null).setUsage(null).build());
    report.add(result("1", null, NOW).setRepetition(Repetition.SAME).setCost(7.0).build());
    assertThat(report.lines()).hasSize(2);
    Line acme = report.lines().getFirst();
    assertThat(acme.by()).isEqualTo(Map.of(Dimension.TENANT, "acme", Dimension.DAY, "2026-11-22"));
    assertThat(acme.requests()).isEqualTo(3);
    assertThat(acme.succeeded()).isEqualTo(2);
    assertThat(acme.cost()).isCloseTo(0.03, within(1e-12));
    // 100 prompt and 20 output tokens each.
    assertThat(acme.against()).isCloseTo(2 * (0.01 + 0.02), within(1e-12));
    assertThat(acme.savings()).isCloseTo(0.03, within(1e-12));
    assertThat(report.total().requests()).isEqualTo(4);
    assertThat(report.total().unpriced()).isEqualTo(1);
  }

  @Test
  void namesThatCallersInventShareALineOnceThereAreManyOfThem() {
    CostReport report = new CostReport(List.of(Dimension.TENANT), Optional.empty(), 2);
    for (String tenant : List.of("a", "b", "c", "d", "a")) {
      report.add(result(tenant, null, NOW).setTenant(tenant).setCost(1.0).build());
    }
    assertThat(report.lines())
        .extracting(line -> line.by().get(Dimension.TENANT), Line::requests)
        .containsExactlyInAnyOrder(tuple("a", 2L), tuple("b", 1L), tuple(CostReport.OTHERS, 2L));
    assertThat(report.total().requests()).isEqualTo(5);
  }

  @Test
  void withoutPricesThereIsNothingToCompareWith() {
    assertThat(CostReport.strongest(ModelCatalog.following(List.of(model())))).isEmpty();
    assertThat(
            CostReport.strongest(
                ModelCatalog.following(List.of(priced("a", 1, 2), priced("b", 2, 3)))))
        .map(ModelSpec::getName)
        .contains("b");
    CostReport report = new CostReport(List.of(Dimension.MODEL), Optional.empty());
    report.add(result("1", null, NOW).build());
    assertThat(report.total().savings()).isNull();
  }

  @Test
  void budgetsShowWhatIsSpentInThePresentPeriodAndCommitted() {
    TenantPolicy policy =
        new TenantPolicy(
            "acme",
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            null,
            null,
            null,
            List.of(
                new Budget(BudgetPeriod.HOUR, 1.0, 2.0), new Budget(BudgetPeriod.DAY, 1.0, 2.0)));
    Spend spend =
        new Spend(
            "acme",
            Map.of(
                BudgetPeriod.HOUR, new Spend.Period(NOW.minusSeconds(3600), NOW, 5),
                BudgetPeriod.DAY,
                    new Spend.Period(BudgetPeriod.DAY.start(NOW), BudgetPeriod.DAY.end(NOW), 1.5)));
    RoutingState routing = RoutingState.of(List.of(policy, spend));
    assertThat(BudgetReport.of(routing, Map.of(), NOW))
        .extracting(BudgetReport.Line::period, BudgetReport.Line::spent, BudgetReport.Line::state)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(BudgetPeriod.HOUR, 0.0, BudgetReport.State.OK),
            org.assertj.core.groups.Tuple.tuple(BudgetPeriod.DAY, 1.5, BudgetReport.State.SOFT));
    assertThat(BudgetReport.of(routing, Map.of("acme", 1.2), NOW))
        .extracting(
            BudgetReport.Line::period, BudgetReport.Line::committed, BudgetReport.Line::state)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple(BudgetPeriod.HOUR, 1.2, BudgetReport.State.SOFT),
            org.assertj.core.groups.Tuple.tuple(BudgetPeriod.DAY, 1.2, BudgetReport.State.HARD));
  }
}
