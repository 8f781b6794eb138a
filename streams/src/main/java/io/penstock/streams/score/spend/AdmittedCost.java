package io.penstock.streams.score.spend;

import io.penstock.schemas.ids.RequestKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * Sums up the predicted cost of the requests that this process has admitted for tenants with
 * budgets, until each has ended and its actual cost is known. Dispatch reports the same for all
 * processes a moment later; this covers that moment. It is bounded: beyond {@link #MOST} requests
 * only dispatch counts. This class is thread-safe.
 */
public final class AdmittedCost {

  /** Requests kept, of 200 to 300 bytes each. */
  static final int MOST = 200_000;

  /** The time until the control loop has read a result and written what was spent. */
  public static final Duration SETTLING = Duration.ofSeconds(10);

  /** A request ends soon after its deadline, if it does so unheard. */
  static final Duration AFTER_DEADLINE = Duration.ofMinutes(5);

  private static final Comparator<Admitted> BY_END =
      Comparator.comparing(Admitted::until).thenComparing(Admitted::key);

  private final Map<String, Admitted> byKey = new HashMap<>();
  private final Map<String, Sum> byTenant = new HashMap<>();

  private final TreeSet<Admitted> byEnd = new TreeSet<>(BY_END);

  private record Admitted(String key, String tenant, double cost, Instant until) {}

  /** Counts its requests, so that nothing is left of roundings when the last is gone. */
  private static final class Sum {
    private int requests;
    private double cost;
  }

  /** A request was admitted; one that is known already is not counted twice. */
  public synchronized void admit(String tenant, String id, double cost, Instant deadline) {
    String key = RequestKey.of(tenant, id);
    if (!(cost > 0) || byKey.size() >= MOST || byKey.containsKey(key)) {
      return;
    }
    Admitted admitted = new Admitted(key, tenant, cost, deadline.plus(AFTER_DEADLINE));
    byKey.put(key, admitted);
    byEnd.add(admitted);
    Sum sum = byTenant.computeIfAbsent(tenant, any -> new Sum());
    sum.requests++;
    sum.cost += cost;
  }

  /** A request has ended, however. */
  public synchronized void ended(String tenant, String id, Instant now) {
    Admitted admitted = byKey.get(RequestKey.of(tenant, id));
    Instant settled = now.plus(SETTLING);
    if (admitted != null && settled.isBefore(admitted.until())) {
      Admitted ending = new Admitted(admitted.key(), tenant, admitted.cost(), settled);
      byKey.put(admitted.key(), ending);
      byEnd.remove(admitted);
      byEnd.add(ending);
    }
  }

  /** The predicted cost of what is under way of a tenant. */
  public synchronized double of(String tenant, Instant now) {
    while (!byEnd.isEmpty() && !byEnd.first().until().isAfter(now)) {
      Admitted over = byEnd.pollFirst();
      byKey.remove(over.key());
      forget(over);
    }
    Sum sum = byTenant.get(tenant);
    return sum == null ? 0 : Math.max(0, sum.cost);
  }

  private void forget(Admitted over) {
    Sum sum = byTenant.get(over.tenant());
    sum.requests--;
    sum.cost -= over.cost();
    if (sum.requests == 0) {
      byTenant.remove(over.tenant());
    }
  }
}
