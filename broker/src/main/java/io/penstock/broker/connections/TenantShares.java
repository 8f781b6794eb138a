package io.penstock.broker.connections;

import java.util.HashMap;
import java.util.Map;

/**
 * Shares something limited, such as places or bytes, among tenants. A tenant that has some of it
 * takes more only where it then has at most three times what stays free. So a tenant that is alone
 * gets three quarters; tenants that take all they can leave each newcomer three quarters of what is
 * free; and a tenant that has nothing is refused only where less is free than it asks for. Safe for
 * use by many threads.
 */
public final class TenantShares {

  private static final int TIMES_FREE = 3;

  private final long most;
  private final Map<String, Long> byTenant = new HashMap<>();
  private long taken;

  /** Whether something was taken, and why it was not. */
  public enum Taking {
    TAKEN,

    /** The tenant has its share. */
    TENANT_HAS_ITS_SHARE,

    /** Tenants together have taken too much. */
    ALL_TAKEN
  }

  /**
   * @param most how much there is, 1 or more
   */
  public TenantShares(long most) {
    if (most < 1) {
      throw new IllegalArgumentException("most is %d; it must be 1 or more".formatted(most));
    }
    this.most = most;
  }

  /**
   * Takes an amount, or nothing. While nobody has anything, any amount can be taken, so that a
   * large one is not refused for good.
   *
   * @param amount 0 or more
   */
  public synchronized Taking take(String tenant, long amount) {
    long own = byTenant.getOrDefault(tenant, 0L);
    long left = most - taken - amount;
    boolean fits = amount == 0 || taken == 0 || left >= 0;
    boolean fair = amount == 0 || own == 0 || own + amount <= TIMES_FREE * left;
    if (!fits || !fair) {
      // Where nothing is left it is the tenant's own doing if it has the larger part.
      return fits || own > taken / 2 ? Taking.TENANT_HAS_ITS_SHARE : Taking.ALL_TAKEN;
    }
    taken += amount;
    if (amount > 0) {
      byTenant.put(tenant, own + amount);
    }
    return Taking.TAKEN;
  }

  /**
   * Gives back what was taken.
   *
   * @param amount no more than the tenant has
   */
  public synchronized void giveBack(String tenant, long amount) {
    long left = byTenant.getOrDefault(tenant, 0L) - amount;
    if (left < 0) {
      throw new IllegalArgumentException(
          "%d was given back, %d more than was taken".formatted(amount, -left));
    }
    taken -= amount;
    if (left == 0) {
      byTenant.remove(tenant);
    } else {
      byTenant.put(tenant, left);
    }
  }

  /** How much is taken. */
  public synchronized long taken() {
    return taken;
  }
}
