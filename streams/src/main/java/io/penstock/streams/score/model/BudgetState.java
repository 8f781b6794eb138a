package io.penstock.streams.score.model;

import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.EvaluationIds;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.score.request.Refusal;
import io.penstock.streams.score.request.RefusalCode;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Tells whether a tenant may still spend: what it has spent, as the control loop last said, and the
 * predicted cost of what waits or runs, are within its limits. A limit may be passed by the request
 * that reaches it, and by what requests cost beyond their prediction.
 */
sealed interface BudgetState {

  /** The time after which some of what is under way may have ended. */
  Duration WHILE_COMMITTED = Duration.ofMinutes(1);

  record Within() implements BudgetState {}

  /** The tenant is beyond a soft limit: it gets the cheapest model that is allowed. */
  record Soft() implements BudgetState {}

  /** The tenant is beyond a hard limit. */
  record Exceeded(Refusal refusal) implements BudgetState {}

  static BudgetState of(
      String tenant,
      Optional<TenantPolicy> policy,
      Optional<Spend> spend,
      double committed,
      Instant now) {
    if (EvaluationIds.TENANT.equals(tenant)) {
      return new Within();
    }
    boolean soft = false;
    for (Budget budget : policy.map(TenantPolicy::budgets).orElse(List.of())) {
      Optional<Spend.Period> period =
          spend
              .map(each -> each.periods().get(budget.period()))
              .filter(each -> each.end().isAfter(now));
      double spent = period.map(Spend.Period::spent).orElse(0.0);
      if (budget.hard() != null && spent + committed >= budget.hard()) {
        return new Exceeded(
            spent >= budget.hard() && period.isPresent()
                ? spent(tenant, budget, period.get(), now)
                : committed(tenant, budget, spent, committed, period, now));
      }
      soft |= budget.soft() != null && spent + committed >= budget.soft();
    }
    return soft ? new Soft() : new Within();
  }

  private static Refusal spent(String tenant, Budget budget, Spend.Period period, Instant now) {
    return new Refusal(
        RefusalCode.BUDGET_EXCEEDED,
        "tenant",
        "tenant '%s' has spent %s of its budget of %s for this %s; try again after %s, or raise its budget"
            .formatted(tenant, period.spent(), budget.hard(), budget.period(), period.end()),
        Duration.between(now, period.end()));
  }

  private static Refusal committed(
      String tenant,
      Budget budget,
      double spent,
      double committed,
      Optional<Spend.Period> period,
      Instant now) {
    Duration untilEnd =
        period.map(each -> Duration.between(now, each.end())).orElse(WHILE_COMMITTED);
    return new Refusal(
        RefusalCode.BUDGET_EXCEEDED,
        "tenant",
        String.format(
            Locale.ROOT,
            "tenant '%s' has spent %s of its budget of %s for this %s, and its requests under way"
                + " may cost %.6g more; try again when some have ended, or raise its budget",
            tenant,
            spent,
            budget.hard(),
            budget.period(),
            committed),
        untilEnd.compareTo(WHILE_COMMITTED) < 0 ? untilEnd : WHILE_COMMITTED);
  }
}
