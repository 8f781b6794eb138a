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
   * @param end when it ends and a new one begins, after {@code start}
   * @param spent in the registry's currency, 0 or more
   */
  public record Period(Instant start, Instant end, double spent) {

    public Period {
      start = Field.time("periods.start", start);
      end = Field.time("periods.end", end);
      Field.atLeast("periods.spent", spent, 0);
      if (!end.isAfter(start)) {
        throw new IllegalArgumentException(
            "periods.end is %s; give a time after periods.start, %s".formatted(end, start));
      }
    }
  }

  public Spend {
    name = Field.name("tenant", name);
    periods = periods == null ? Map.of() : Map.copyOf(periods);
  }
}
