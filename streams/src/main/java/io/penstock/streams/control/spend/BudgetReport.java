package io.penstock.streams.control.spend;

import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
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
   * @param state ok; soft or hard beyond that limit
   * @param ends when the present period ends
   */
  public record Line(
      String tenant,
      String period,
      double spent,
      @Nullable Double soft,
      @Nullable Double hard,
      String state,
      Instant ends) {}

  /** A line for each tenant and period, by tenant. */
  public static List<Line> of(RoutingState routing, Instant now) {
    Set<String> tenants = new TreeSet<>();
    routing.all(TenantPolicy.class).map(TenantPolicy::name).forEach(tenants::add);
    routing.all(Spend.class).map(Spend::name).forEach(tenants::add);
    List<Line> lines = new ArrayList<>();
    for (String tenant : tenants) {
      for (Budget budget : routing.tenant(tenant).map(TenantPolicy::budgets).orElse(List.of())) {
        BudgetPeriod.of(budget.period())
            .ifPresent(period -> lines.add(line(routing, tenant, budget, period, now)));
      }
    }
    return lines;
  }

  private static Line line(
      RoutingState routing, String tenant, Budget budget, BudgetPeriod period, Instant now) {
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
        budget.soft(),
        budget.hard(),
        state(spent, budget),
        period.end(now));
  }

  private static String state(double spent, Budget budget) {
    if (budget.hard() != null && spent >= budget.hard()) {
      return "hard";
    }
    return budget.soft() != null && spent >= budget.soft() ? "soft" : "ok";
  }
}
