package io.penstock.schemas.routing;

import org.jspecify.annotations.Nullable;

/**
 * Limits what a tenant may spend in a period, in the registry's currency.
 *
 * @param period hour, day or month, in UTC
 * @param soft beyond this its requests go to the cheapest model that they allow; null: never
 * @param hard beyond this its requests are refused; null: never
 */
public record Budget(BudgetPeriod period, @Nullable Double soft, @Nullable Double hard) {

  public Budget {
    Field.present("budgets.period", period, BudgetPeriod.class);
    Field.atLeast("budgets.soft", soft, 0);
    Field.atLeast("budgets.hard", hard, 0);
    if (soft == null && hard == null) {
      throw new IllegalArgumentException(
          "budgets for a %s has neither soft nor hard; give one or both".formatted(period));
    }
    if (soft != null && hard != null && soft > hard) {
      throw new IllegalArgumentException(
          "budgets.soft is %s, above budgets.hard, %s".formatted(soft, hard));
    }
  }
}
