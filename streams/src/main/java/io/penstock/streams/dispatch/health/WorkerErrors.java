package io.penstock.streams.dispatch.health;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * Counts how many of an account's attempts at a target failed lately. Each worker counts alike: one
 * that is broken fails in no time, asks for more, and would outvote all that serve. So does each
 * attempt: one bad attempt of a worker that had no other is no sign. What fails by both counts,
 * fails. An instance belongs to one thread.
 */
final class WorkerErrors {

  private final long windowMicros;
  private final Map<String, Tally> byWorker = new HashMap<>();

  WorkerErrors(long windowMicros) {
    this.windowMicros = windowMicros;
  }

  void count(String workerId, boolean failed, long nowMicros) {
    byWorker.computeIfAbsent(workerId, any -> new Tally(windowMicros)).count(failed, nowMicros);
  }

  int samples(long nowMicros) {
    byWorker.values().removeIf(tally -> tally.samples(nowMicros) == 0);
    return byWorker.values().stream().mapToInt(tally -> tally.samples(nowMicros)).sum();
  }

  /** The workers that it had attempts on. */
  Set<String> workers() {
    return byWorker.keySet();
  }

  /** The lesser of the share of all attempts that failed and the mean of the workers' shares. */
  double rate(long nowMicros) {
    int samples = 0;
    int failed = 0;
    double shares = 0;
    for (Tally tally : byWorker.values()) {
      int ofWorker = tally.samples(nowMicros);
      if (ofWorker > 0) {
        samples += ofWorker;
        failed += tally.failed(nowMicros);
        shares += (double) tally.failed(nowMicros) / ofWorker;
      }
    }
    return samples == 0 ? 0 : Math.min((double) failed / samples, shares / byWorker.size());
  }
}
