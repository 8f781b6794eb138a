package io.penstock.streams.dispatch.health;

import io.penstock.streams.dispatch.fairness.TenantAccounts;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether what failed at a target lately speaks against the target or against those who
 * asked. It is judged by requests, each counted the first time that it ends, and by accounts: where
 * two or more were served or are being served, most of them have to fail, and two at least. So
 * whatever one account sends, it takes the target from nobody else. An instance belongs to one
 * thread.
 *
 * <pre>
 * active  accounts with an attempt in the window, or with a lease
 * ill     those whose share of failed attempts is above the limit
 * broken  attempts in the window >= minSamples, and
 *         ill >= min(2, active), and more than half of the active ones
 *   or    minSamples attempts failed in a row, of min(2, active) accounts and on all workers
 * </pre>
 */
final class AccountErrors {

  /**
   * The number of accounts with attempts in one window beyond which others are counted together.
   */
  private static final int MOST_ACCOUNTS = 1000;

  private final HealthSettings settings;
  private final long windowMicros;
  private final Map<String, WorkerErrors> byAccount = new HashMap<>();

  /** Whose attempts failed since the last one that succeeded, on which workers, how many. */
  private final Set<String> inARow = new HashSet<>();

  private final Set<String> workersInARow = new HashSet<>();
  private int failedInARow;
  private long lastFailed;

  AccountErrors(HealthSettings settings) {
    this.settings = settings;
    this.windowMicros = settings.window().toNanos() / 1000;
  }

  void count(String name, String workerId, boolean failed, long nowMicros) {
    boolean isFull = byAccount.size() >= MOST_ACCOUNTS && !byAccount.containsKey(name);
    String account = isFull ? TenantAccounts.SHARED : name;
    byAccount
        .computeIfAbsent(account, any -> new WorkerErrors(windowMicros))
        .count(workerId, failed, nowMicros);
    if (!failed || nowMicros - lastFailed >= windowMicros) {
      endRow();
    }
    if (failed) {
      inARow.add(account);
      workersInARow.add(workerId);
      failedInARow++;
      lastFailed = nowMicros;
    }
  }

  /**
   * Returns why the target is broken; empty if nothing says so.
   *
   * @param leased accounts that hold leases of it now
   * @param what the last failure, for the reason
   */
  Optional<String> broken(Set<String> leased, @Nullable String what, long nowMicros) {
    byAccount.values().removeIf(errors -> errors.samples(nowMicros) == 0);
    int samples = 0;
    int ill = 0;
    double rates = 0;
    Set<String> active = new HashSet<>(leased);
    boolean onAllWorkers = true;
    for (Map.Entry<String, WorkerErrors> each : byAccount.entrySet()) {
      active.add(each.getKey());
      onAllWorkers &= workersInARow.containsAll(each.getValue().workers());
      samples += each.getValue().samples(nowMicros);
      double rate = each.getValue().rate(nowMicros);
      rates += rate;
      ill += rate > settings.maxErrorRate() ? 1 : 0;
    }
    int enough = Math.min(2, active.size());
    if (samples >= settings.minSamples() && ill >= enough && 2 * ill > active.size()) {
      return Optional.of(
          "%.0f%% of the last attempts failed, of %d tenants, the last: %s"
              .formatted(100 * rates / byAccount.size(), ill, what));
    }
    if (onAllWorkers && failedInARow >= settings.minSamples() && inARow.size() >= enough) {
      return Optional.of(
          "%d requests in a row failed, of %d tenants, the last: %s"
              .formatted(failedInARow, inARow.size(), what));
    }
    return Optional.empty();
  }

  /** Forgets all, as after an outage. */
  void forget() {
    byAccount.clear();
    endRow();
  }

  private void endRow() {
    inARow.clear();
    workersInARow.clear();
    failedInARow = 0;
  }
}
