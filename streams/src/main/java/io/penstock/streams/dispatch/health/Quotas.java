package io.penstock.streams.dispatch.health;

import java.util.HashMap;
import java.util.Map;

/**
 * Tracks which workers of a target were refused for lack of quota several times in a row. A target
 * lacks quota only where all of its workers do: an account that is used up does not affect the
 * workers of other accounts. An instance belongs to one thread.
 */
final class Quotas {

  private record Streak(int refusals, long at) {}

  private final int limit;
  private final long windowMicros;
  private final Map<String, Streak> byWorker = new HashMap<>();

  Quotas(HealthSettings settings) {
    this.limit = settings.quotaFailures();
    this.windowMicros = settings.window().toNanos() / 1000;
  }

  void served(String workerId, long nowMicros) {
    byWorker.put(workerId, new Streak(0, nowMicros));
  }

  void refused(String workerId, long nowMicros) {
    byWorker.merge(
        workerId,
        new Streak(1, nowMicros),
        (before, one) -> new Streak(before.refusals() + 1, nowMicros));
  }

  /** Returns whether every worker heard of in the window was refused too often in a row. */
  boolean areUsedUp(long nowMicros) {
    byWorker.values().removeIf(streak -> nowMicros - streak.at() > windowMicros);
    return !byWorker.isEmpty()
        && byWorker.values().stream().allMatch(streak -> streak.refusals() >= limit);
  }

  void forget() {
    byWorker.clear();
  }
}
