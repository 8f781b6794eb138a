package io.penstock.streams.score.model;

import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Whether a tenant may still spend. What it spent is as the control loop last said: requests under
 * way are not in it, so a limit may be passed by what they cost.
 */
sealed interface BudgetState {

  record Within() implements BudgetState {}

  /** Beyond a soft limit: the cheapest that is allowed. */
  record Soft() implements BudgetState {}

  /** Beyond a hard limit. */
  record Exceeded(Refusal refusal) implements BudgetState {}

  static BudgetState of(
      String tenant, Optional<TenantPolicy> policy, Optional<Spend> spend, Instant now) {
    if (policy.isEmpty() || spend.isEmpty()) {
      return new Within();
    }
    boolean soft = false;
    for (Budget budget : policy.get().budgets()) {
      Spend.Period period = spend.get().periods().get(budget.period());
      if (period == null || !period.end().isAfter(now)) {
        continue;
      }
      if (budget.hard() != null && period.spent() >= budget.hard()) {
        return new Exceeded(refusal(tenant, budget, period, now));
      }
      soft |= budget.soft() != null && period.spent() >= budget.soft();
    }
    return soft ? new Soft() : new Within();
  }

  private static Refusal refusal(String tenant, Budget budget, Spend.Period period, Instant now) {
    return new Refusal(
        RefusalCode.BUDGET_EXCEEDED,
        "tenant",
        "tenant '%s' has spent %s of its %s of this %s; try again after %s, or raise its budget"
            .formatted(tenant, period.spent(), budget.hard(), budget.period(), period.end()),
        Duration.between(now, period.end()));
  }
}
