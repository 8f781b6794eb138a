package io.penstock.compose.bench.fairness;

import io.penstock.compose.bench.trace.TraceRow;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Refuses what a tenant sends beyond a number of requests a minute; what was refused does not
 * count.
 *
 * @param perMinute 1 or more
 */
record RateLimit(int perMinute) {

  private static final double MINUTE_MILLIS = 60_000;

  /** The requests of a trace that are let in. */
  List<TraceRow> admitted(List<TraceRow> rows) {
    Map<String, Deque<Double>> recent = new HashMap<>();
    List<TraceRow> admitted = new ArrayList<>();
    for (TraceRow row : rows) {
      Deque<Double> times = recent.computeIfAbsent(row.tenant(), name -> new ArrayDeque<>());
      while (!times.isEmpty() && row.arrivalMillis() - times.peekFirst() > MINUTE_MILLIS) {
        times.pollFirst();
      }
      if (times.size() < perMinute) {
        times.addLast(row.arrivalMillis());
        admitted.add(row);
      }
    }
    return admitted;
  }
}
