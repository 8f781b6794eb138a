package io.penstock.schemas.policies;

import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Tenants' budgets beside what is spent of them. */
public final class BudgetReport {

  private BudgetReport() {}

  /** The limit of a budget that is reached. Its spelling is in lower case. */
  public enum State {
    /** Neither. */
    OK,
    /** The soft limit: requests go to the cheapest model that they allow. */
    SOFT,
    /** The hard limit: requests are refused. */
    HARD;

    private final String spelling = name().toLowerCase(Locale.ROOT);

    @Override
    public String toString() {
      return spelling;
    }
  }

  /**
   * One budget.
   *
   * @param tenant who; {@code *} for the one of everyone, where nobody has spent of it yet
   * @param committed the predicted cost of its requests that wait or run
   * @param state which limit is reached by what is spent and committed together
   * @param ends when the present period ends
   */
  public record Line(
      String tenant,
      BudgetPeriod period,
      double spent,
      double committed,
      @Nullable Double soft,
      @Nullable Double hard,
      State state,
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
        lines.add(line(routing, tenant, budget, committed, now));
      }
    }
    return lines;
  }

  private static Line line(
      RoutingState routing,
      String tenant,
      Budget budget,
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
        budget.period().end(now));
  }

  private static State state(double used, Budget budget) {
    if (budget.hard() != null && used >= budget.hard()) {
      return State.HARD;
    }
    return budget.soft() != null && used >= budget.soft() ? State.SOFT : State.OK;
  }
}
