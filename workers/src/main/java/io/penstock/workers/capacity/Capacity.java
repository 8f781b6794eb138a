package io.penstock.workers.capacity;

import java.util.EnumMap;
import java.util.Map;

/**
 * The amount of work that a worker can take, and what limits it.
 *
 * @param leases leases it may hold and have open beyond those it holds, 0 or more
 * @param prefillBudgetTokens prompt tokens it would still queue in the engine; {@link #UNLIMITED}
 * @param freeKvTokens KV-cache tokens free for leases to come; {@link #UNLIMITED}
 * @param factor what limits {@code leases}
 * @param byFactor the leases each factor in force would allow
 */
public record Capacity(
    int leases,
    long prefillBudgetTokens,
    long freeKvTokens,
    LimitingFactor factor,
    Map<LimitingFactor, Integer> byFactor) {

  /** No limit. The demand's contract uses the same number. */
  public static final long UNLIMITED = -1;

  public Capacity {
    byFactor = new EnumMap<>(byFactor);
  }

  /** Returns whether capacity may rise soon although no request ends. */
  public boolean mayRiseByItself() {
    return leases == 0
        && (factor == LimitingFactor.KV_CACHE || factor == LimitingFactor.PREFILL_GATE);
  }
}
