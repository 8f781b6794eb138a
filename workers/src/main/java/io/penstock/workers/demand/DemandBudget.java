package io.penstock.workers.demand;

import io.penstock.workers.capacity.Capacity;

/**
 * The tokens that leases of one partition may take. Windows cannot close within a session but
 * budgets can: with them a worker says "not now".
 *
 * @param prefillTokens the value of {@code WorkerDemand.prefillBudgetTokens}
 * @param kvTokens the value of {@code WorkerDemand.freeKvTokens}
 */
public record DemandBudget(long prefillTokens, long kvTokens) {

  /** Grants nothing for now. */
  public static final DemandBudget CLOSED = new DemandBudget(0, 0);

  /**
   * One partition's part of a worker's budget. Other partitions' open windows keep the mean size of
   * recent leases each, so that no part is too small for a large request.
   *
   * @param openElsewhere leases that may still come from the worker's other partitions
   */
  public static DemandBudget part(Capacity capacity, int openElsewhere, LeaseSize mean) {
    return new DemandBudget(
        setAside(capacity.prefillBudgetTokens(), openElsewhere * mean.promptTokens()),
        setAside(capacity.freeKvTokens(), openElsewhere * mean.kvTokens()));
  }

  /** A budget for exactly one lease: dispatch grants one while any prefill budget is left. */
  public DemandBudget forOneLease() {
    return new DemandBudget(prefillTokens == 0 ? 0 : 1, kvTokens);
  }

  private static long setAside(long budget, double tokens) {
    if (budget == Capacity.UNLIMITED || budget == 0) {
      return budget;
    }
    return Math.max(1, budget - Math.round(tokens));
  }
}
