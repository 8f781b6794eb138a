package io.penstock.workers.demand;

import io.penstock.workers.capacity.Capacity;

/**
 * The tokens one partition may spend. Windows cannot close within a session, budgets can: they are
 * how a worker says "not now".
 *
 * @param prefillTokens as {@code WorkerDemand.prefillBudgetTokens}
 * @param kvTokens as {@code WorkerDemand.freeKvTokens}
 */
public record DemandBudget(long prefillTokens, long kvTokens) {

  /** Grants nothing for now. */
  public static final DemandBudget CLOSED = new DemandBudget(0, 0);

  /**
   * One partition's part of a worker's budget. What other partitions' open windows may take is set
   * aside at the mean size of recent leases, so that no part is too small for a large request.
   *
   * @param openElsewhere leases that may still come from the worker's other partitions
   */
  public static DemandBudget part(Capacity capacity, int openElsewhere, LeaseSize mean) {
    return new DemandBudget(
        setAside(capacity.prefillBudgetTokens(), openElsewhere * mean.promptTokens()),
        setAside(capacity.freeKvTokens(), openElsewhere * mean.kvTokens()));
  }

  /** For exactly one lease: one is granted while any prefill budget is left. */
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
