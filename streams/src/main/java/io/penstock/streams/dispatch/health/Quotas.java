package io.penstock.streams.dispatch.health;

import java.util.HashMap;
import java.util.Map;

/**
 * Which workers of a target were refused for lack of quota several times in a row. A target lacks
 * it only where all of its workers do: one account that is used up is no concern of the others. For
 * one thread.
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

  /** Whether every worker heard of in the window was refused too often in a row. */
  boolean areUsedUp(long nowMicros) {
    byWorker.values().removeIf(streak -> nowMicros - streak.at() > windowMicros);
    return !byWorker.isEmpty()
        && byWorker.values().stream().allMatch(streak -> streak.refusals() >= limit);
  }

  void forget() {
    byWorker.clear();
  }
}
