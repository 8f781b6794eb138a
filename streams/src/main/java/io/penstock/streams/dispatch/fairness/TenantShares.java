package io.penstock.streams.dispatch.fairness;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Counts what each tenant was served in one class of one model: virtual token counters. A tenant
 * here is an account of {@link TenantAccounts}. An instance belongs to one thread.
 *
 * <p>A tenant's counter grows at each lease by the service that its request is expected to be, and
 * is corrected when the attempt ends: predicted output can be wrong by a lot. A tenant that begins
 * to wait is lifted to the least served of those that wait, or, where nobody does, to the one that
 * waited last: what it did not use is no credit.
 *
 * <p>A tenant that does not wait is remembered only while it is ahead of those that do: lifting it
 * would give any other counter the same value. So the state is bounded by the tenants that wait and
 * {@link FairnessSettings#mostDebtors}. Every operation costs the logarithm of their number.
 */
public final class TenantShares {

  private static final Comparator<Account> BY_SERVED =
      Comparator.comparingDouble((Account account) -> account.served)
          .thenComparing(account -> account.tenant);

  private final FairnessSettings settings;
  private final Map<String, Account> accounts = new HashMap<>();
  private final TreeSet<Account> waiting = new TreeSet<>(BY_SERVED);
  private final TreeSet<Account> idle = new TreeSet<>(BY_SERVED);
  private final RecentService recent;

  /** The service that a tenant starts with when no other waits. */
  private double floor;

  /** One tenant's counter; changes only while it is in none of the sets. */
  private static final class Account {
    private final String tenant;
    private final double weight;
    private double served;
    private boolean waits;

    Account(String tenant, double weight) {
      this.tenant = tenant;
      this.weight = weight;
    }
  }

  /** Nobody was served yet. */
  public TenantShares(FairnessSettings settings) {
    this.settings = settings;
    this.recent = new RecentService(settings.light(), settings.mostDebtors());
  }

  /** A tenant without requests begins to wait. */
  public void enter(String tenant) {
    Account account = accounts.computeIfAbsent(tenant, this::open);
    idle.remove(account);
    if (!settings.idleCredit()) {
      account.served = Math.max(account.served, least());
    }
    account.waits = true;
    waiting.add(account);
    forget();
  }

  /** A tenant has no more requests that wait. */
  public void leave(String tenant) {
    Account account = accounts.get(tenant);
    waiting.remove(account);
    account.waits = false;
    idle.add(account);
    if (waiting.isEmpty()) {
      floor = account.served;
    }
    forget();
  }

  /**
   * Adds to a tenant's counter and to what it was served lately. One that is not known is not
   * behind anybody: its counter stays as it is.
   *
   * @param service in weighted tokens; negative to give back
   */
  public void charge(String tenant, double service, long nowMicros) {
    recent.add(tenant, service, settings.weight(tenant), nowMicros);
    Account account = accounts.get(tenant);
    if (account != null) {
      set(account, account.served + service / account.weight);
    }
  }

  /** Restores a counter: at least this. */
  public void raise(String tenant, double served) {
    Account account = accounts.computeIfAbsent(tenant, this::open);
    set(account, Math.max(account.served, served));
  }

  /**
   * Restores the least value at which a tenant starts. It does not raise tenants that wait already.
   */
  public void raiseFloor(double least) {
    floor = Math.max(floor, least);
  }

  /** Returns what a tenant was served, or would start with. */
  public double served(String tenant) {
    Account account = accounts.get(tenant);
    return account == null ? least() : account.served;
  }

  /** Returns whether a tenant goes first for taking so little: see {@link LightTenants}. */
  public boolean isLight(String tenant) {
    return recent.isLight(tenant);
  }

  /** Returns what the least served tenant that waits was served; where none does, the floor. */
  public double least() {
    return waiting.isEmpty() ? floor : waiting.first().served;
  }

  /** The least served tenant that waits, or null. */
  public @Nullable String leastServed() {
    return waiting.isEmpty() ? null : waiting.first().tenant;
  }

  /** Tenants remembered, those that wait included. */
  public int size() {
    return accounts.size();
  }

  private Account open(String tenant) {
    return new Account(tenant, settings.weight(tenant));
  }

  private void set(Account account, double served) {
    TreeSet<Account> place = account.waits ? waiting : idle;
    place.remove(account);
    account.served = served;
    place.add(account);
  }

  private void forget() {
    double least = settings.idleCredit() ? Double.NEGATIVE_INFINITY : least();
    while (!idle.isEmpty()
        && (idle.first().served <= least || idle.size() > settings.mostDebtors())) {
      accounts.remove(idle.pollFirst().tenant);
    }
  }
}
