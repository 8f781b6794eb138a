package io.penstock.streams.dispatch.fairness;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Says on whose account a tenant's requests are counted. Names cost nothing: whoever takes a new
 * one for each request must not be a new neighbour each time.
 *
 * <ul>
 *   <li>A tenant that is named, by a policy of its own or a weight, has an account of its own.
 *   <li>Where any is named by a policy, all others share one account.
 *   <li>Where none is, a name has an account of its own once it has been heard of for a while;
 *       newcomers share one.
 * </ul>
 *
 * <p>An instance belongs to one thread.
 */
public final class TenantAccounts {

  /** The account of all that have none of their own. */
  public static final String SHARED = "*";

  /** How long after its first request a name is no longer a newcomer. */
  private static final long HISTORY_MICROS = 60_000_000;

  private static final int MOST_ESTABLISHED = 10_000;
  private static final int MOST_NEWCOMERS = 65_536;

  private final Set<String> weighted;
  private final Map<String, Boolean> established = leastRecentFirst();
  private final Map<String, Long> newcomers = leastRecentFirst();
  private Set<String> named = Set.of();

  public TenantAccounts(FairnessSettings settings) {
    this.weighted = settings.tenantWeights().keySet();
  }

  /** Gives these tenants, which have a policy of their own, an account of their own from now on. */
  public void name(Set<String> tenants) {
    named = Set.copyOf(tenants);
  }

  /**
   * Takes note of a request and tells its account. Requests may come in any order of time.
   *
   * @param acceptedAt of the request, in microseconds
   */
  public String heard(String tenant, long acceptedAt) {
    if (isNamed(tenant)) {
      return tenant;
    }
    if (!named.isEmpty()) {
      return SHARED;
    }
    if (established.get(tenant) != null) {
      return tenant;
    }
    Long first = newcomers.get(tenant);
    if (first == null || acceptedAt < first) {
      newcomers.put(tenant, acceptedAt);
      trim(newcomers, MOST_NEWCOMERS);
      return SHARED;
    }
    if (acceptedAt - first < HISTORY_MICROS) {
      return SHARED;
    }
    newcomers.remove(tenant);
    established.put(tenant, true);
    trim(established, MOST_ESTABLISHED);
    return tenant;
  }

  /** Names remembered. */
  int size() {
    return established.size() + newcomers.size();
  }

  private boolean isNamed(String tenant) {
    return named.contains(tenant) || weighted.contains(tenant);
  }

  private static void trim(Map<String, ?> map, int most) {
    Iterator<String> eldest = map.keySet().iterator();
    while (map.size() > most) {
      eldest.next();
      eldest.remove();
    }
  }

  private static <V> Map<String, V> leastRecentFirst() {
    return new LinkedHashMap<>(16, 0.75f, true);
  }
}
