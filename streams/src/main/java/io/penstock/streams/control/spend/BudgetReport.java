package io.penstock.streams.control.spend;

import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Tenants' budgets beside what is spent of them. */
public final class BudgetReport {

  private BudgetReport() {}

  /**
   * One budget.
   *
   * @param tenant who; {@code *} for the one of everyone, where nobody has spent of it yet
   * @param committed the predicted cost of its requests that wait or run
   * @param state ok; soft or hard where what is spent and committed is beyond that limit
   * @param ends when the present period ends
   */
  public record Line(
      String tenant,
      String period,
      double spent,
      double committed,
      @Nullable Double soft,
      @Nullable Double hard,
      String state,
      Instant ends) {}

  /**
   * A line for each tenant and period, by tenant.
   *
   * @param committed by tenant, the predicted cost of its requests that wait or run
   */
  public static List<Line> of(RoutingState routing, Map<String, Double> committed, Instant now) {
    Set<String> tenants = new TreeSet<>();
    routing.all(TenantPolicy.class).map(TenantPolicy::name).forEach(tenants::add);
    routing.all(Spend.class).map(Spend::name).forEach(tenants::add);
    tenants.addAll(committed.keySet());
    List<Line> lines = new ArrayList<>();
    for (String tenant : tenants) {
      for (Budget budget : routing.tenant(tenant).map(TenantPolicy::budgets).orElse(List.of())) {
        BudgetPeriod.of(budget.period())
            .ifPresent(period -> lines.add(line(routing, tenant, budget, period, committed, now)));
      }
    }
    return lines;
  }

  private static Line line(
      RoutingState routing,
      String tenant,
      Budget budget,
      BudgetPeriod period,
      Map<String, Double> committed,
      Instant now) {
    double underWay = committed.getOrDefault(tenant, 0.0);
    double spent =
        routing
            .spend(tenant)
            .map(spend -> spend.periods().get(budget.period()))
            .filter(each -> each.end().isAfter(now))
            .map(Spend.Period::spent)
            .orElse(0.0);
    return new Line(
        tenant,
        budget.period(),
        spent,
        underWay,
        budget.soft(),
        budget.hard(),
        state(spent + underWay, budget),
        period.end(now));
  }

  private static String state(double used, Budget budget) {
    if (budget.hard() != null && used >= budget.hard()) {
      return "hard";
    }
    return budget.soft() != null && used >= budget.soft() ? "soft" : "ok";
  }
}
