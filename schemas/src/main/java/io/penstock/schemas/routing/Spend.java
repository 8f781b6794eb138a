package io.penstock.schemas.routing;

import java.time.Instant;
import java.util.Map;

/**
 * The amounts that a tenant with budgets has spent.
 *
 * @param name the tenant
 * @param periods what it has spent in each period that it has a budget for
 */
public record Spend(String name, Map<BudgetPeriod, Period> periods) implements RoutingDocument {

  /**
   * One period.
   *
   * @param start when it began
   * @param end when it ends and a new one begins
   * @param spent in the registry's currency
   */
  public record Period(Instant start, Instant end, double spent) {}

  public Spend {
    name = Field.name("tenant", name);
    periods = periods == null ? Map.of() : Map.copyOf(periods);
  }
}
