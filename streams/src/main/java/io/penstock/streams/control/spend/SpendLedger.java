package io.penstock.streams.control.spend;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.routing.Budget;
import io.penstock.schemas.routing.BudgetPeriod;
import io.penstock.schemas.routing.EvaluationIds;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Spend;
import io.penstock.schemas.routing.TenantPolicy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Adds up what tenants with budgets spend, from results. After a restart it adds up the results
 * since the periods' starts again. Where the log no longer has all of them, the sums that were
 * written before count instead. This class is not thread-safe.
 */
public final class SpendLedger {

  /** How late a change of less than {@link #STEP} of a limit is written. */
  static final Duration LATEST = Duration.ofSeconds(5);

  /** The part of a limit that is worth writing at once. */
  static final double STEP = 0.01;

  private static final int MOST_TENANTS = 100_000;

  private final Map<String, Account> accounts = new HashMap<>();
  private RoutingState routing = RoutingState.EMPTY;

  /** The sum that one tenant has spent in a period. */
  private static final class Sum {
    private Instant start;
    private double spent;

    Sum(Instant start) {
      this.start = start;
    }

    void begin(Instant next) {
      start = next;
      spent = 0;
    }
  }

  private static final class Account {
    private final Map<BudgetPeriod, Sum> sums = new EnumMap<>(BudgetPeriod.class);
    private @Nullable Instant writtenAt;
  }

  /** Takes the policies that say whose spending counts. */
  public void follow(RoutingState state) {
    routing = state;
  }

  /**
   * The time from which results have to be known: the start of the longest present period of any
   * budget; empty without budgets.
   */
  public static Optional<Instant> neededFrom(RoutingState state, Instant now) {
    return state
        .all(TenantPolicy.class)
        .flatMap(policy -> policy.budgets().stream())
        .map(budget -> budget.period().start(now))
        .min(Instant::compareTo);
  }

  /** Forgets the sums: results are read again. */
  public void restart() {
    accounts.clear();
  }

  /** Takes a result. */
  public void add(InferenceResult result) {
    double cost = result.getCost().orElse(0.0);
    if (!(cost > 0)
        || result.getRepetition().isPresent()
        || EvaluationIds.isEvaluation(result.getTenant(), result.getId())) {
      return;
    }
    Account account = account(result.getTenant());
    if (account == null) {
      return;
    }
    Instant at = result.getFinishedAt();
    for (BudgetPeriod period : BudgetPeriod.values()) {
      Instant start = period.start(at);
      Sum sum = account.sums.computeIfAbsent(period, each -> new Sum(start));
      if (start.isAfter(sum.start)) {
        sum.begin(start);
      }
      if (start.equals(sum.start)) {
        sum.spent += cost;
      }
    }
  }

  private @Nullable Account account(String tenant) {
    if (budgets(tenant).isEmpty()) {
      return null;
    }
    Account account = accounts.get(tenant);
    if (account == null && accounts.size() < MOST_TENANTS) {
      account = new Account();
      accounts.put(tenant, account);
    }
    return account;
  }

  private List<Budget> budgets(String tenant) {
    return routing.tenant(tenant).map(TenantPolicy::budgets).orElse(List.of());
  }

  /**
   * Says that all results since the periods' starts were read. Where more was written for a present
   * period than the log still has, the difference is added.
   */
  public void caughtUp(Instant now) {
    routing
        .all(Spend.class)
        .forEach(
            spend ->
                spend
                    .periods()
                    .forEach((period, written) -> carry(spend.name(), period, written, now)));
  }

  private void carry(String tenant, BudgetPeriod period, Spend.Period written, Instant now) {
    Account account = account(tenant);
    if (account == null || !period.start(now).equals(written.start())) {
      return;
    }
    Sum sum = account.sums.computeIfAbsent(period, each -> new Sum(written.start()));
    if (sum.start.equals(written.start())) {
      sum.spent = Math.max(sum.spent, written.spent());
    }
  }

  /** Returns what is to be written now. */
  public List<Spend> due(Instant now) {
    List<Spend> due = new ArrayList<>();
    accounts.forEach(
        (tenant, account) -> {
          List<Budget> budgets = budgets(tenant);
          if (!budgets.isEmpty() && isDue(tenant, account, budgets, now)) {
            due.add(write(tenant, account, budgets, now));
          }
        });
    return due;
  }

  /** Tenants of whom something is written though they have no budget any more. */
  public List<String> withoutBudget() {
    return routing
        .all(Spend.class)
        .map(Spend::name)
        .filter(tenant -> budgets(tenant).isEmpty())
        .toList();
  }

  /**
   * Returns whether what the routing topic says is missing or too old. It does not note what is
   * about to be written, since another writer's change may come first.
   */
  private boolean isDue(String tenant, Account account, List<Budget> budgets, Instant now) {
    boolean patient = account.writtenAt != null && now.isBefore(account.writtenAt.plus(LATEST));
    for (Budget budget : budgets) {
      Sum sum = account.sums.get(budget.period());
      if (sum == null) {
        continue;
      }
      Instant start = budget.period().start(now);
      if (start.isAfter(sum.start)) {
        sum.begin(start);
      }
      Optional<Spend.Period> written =
          routing
              .spend(tenant)
              .map(spend -> spend.periods().get(budget.period()))
              .filter(each -> each.start().equals(sum.start));
      if (written.isEmpty()) {
        return true;
      }
      double change = sum.spent - written.get().spent();
      if (change > 0 && (!patient || change >= STEP * smallest(budget))) {
        return true;
      }
    }
    return false;
  }

  private static double smallest(Budget budget) {
    double soft = budget.soft() == null ? Double.MAX_VALUE : budget.soft();
    double hard = budget.hard() == null ? Double.MAX_VALUE : budget.hard();
    return Math.min(soft, hard);
  }

  private static Spend write(String tenant, Account account, List<Budget> budgets, Instant now) {
    Map<BudgetPeriod, Spend.Period> periods = new EnumMap<>(BudgetPeriod.class);
    for (Budget budget : budgets) {
      BudgetPeriod period = budget.period();
      Sum sum = account.sums.computeIfAbsent(period, each -> new Sum(period.start(now)));
      periods.put(period, new Spend.Period(sum.start, period.end(sum.start), sum.spent));
    }
    account.writtenAt = now;
    return new Spend(tenant, periods);
  }
}
