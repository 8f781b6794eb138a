package io.penstock.streams.dispatch.health;

import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;

/**
 * How many of a target's attempts failed lately, each worker counting alike: one that is broken
 * fails in no time, asks for more, and would outvote all that serve. For one thread.
 */
final class WorkerErrors {

  private final Duration window;
  private final Map<String, RecentAttempts> byWorker = new HashMap<>();

  WorkerErrors(Duration window) {
    this.window = window;
  }

  void count(String workerId, boolean failed, long nowMicros) {
    byWorker.computeIfAbsent(workerId, any -> new RecentAttempts(window)).count(failed, nowMicros);
  }

  /** The mean of the workers' shares of failed attempts; 0 if there were none. */
  double meanRate(long nowMicros) {
    double sum = 0;
    Iterator<RecentAttempts> each = byWorker.values().iterator();
    while (each.hasNext()) {
      RecentAttempts ofWorker = each.next();
      if (ofWorker.samples(nowMicros) == 0) {
        each.remove();
      } else {
        sum += ofWorker.errorRate(1, nowMicros).orElse(0);
      }
    }
    return byWorker.isEmpty() ? 0 : sum / byWorker.size();
  }

  void forget() {
    byWorker.clear();
  }
}
