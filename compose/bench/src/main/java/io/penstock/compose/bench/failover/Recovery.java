package io.penstock.compose.bench.failover;

import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * The cost of a kill, computed from the requests.
 *
 * @param sent requests sent
 * @param lost requests without a result
 * @param duplicates results beyond the first of their request
 * @param failed requests whose result is not a success
 * @param resumeMillis from the kill until every group of requests had a result of a request that
 *     was sent after it; NaN if one never had
 * @param settledMillis from the kill until the last request sent before it had its result; 0 if all
 *     had theirs
 * @param longestMillis the longest that any request of the round took; NaN if none had a result
 */
record Recovery(
    int sent,
    long lost,
    long duplicates,
    long failed,
    double resumeMillis,
    double settledMillis,
    double longestMillis) {

  /** Returns whether each request got exactly one result. */
  boolean kept() {
    return lost == 0 && duplicates == 0;
  }

  /**
   * Computes the cost of a round in which something was killed.
   *
   * @param groupOf the group of a request by its number: those that one shard serves
   */
  static Recovery of(RequestLog log, long killMicros, IntUnaryOperator groupOf) {
    Map<Integer, Long> firstOfGroup = new HashMap<>();
    long settled = killMicros;
    long longest = -1;
    for (int number = 0; number < log.count(); number++) {
      long visible = log.when(number, Moment.VISIBLE);
      long sent = log.when(number, Moment.SENT);
      if (visible > 0) {
        longest = Math.max(longest, visible - sent);
      }
      if (sent < killMicros) {
        settled = Math.max(settled, visible);
      } else {
        long time = visible == 0 ? Long.MAX_VALUE : visible;
        firstOfGroup.merge(groupOf.applyAsInt(number), time, Math::min);
      }
    }
    long resume =
        firstOfGroup.values().stream().mapToLong(Long::longValue).max().orElse(Long.MAX_VALUE);
    return new Recovery(
        log.count(),
        log.unanswered(),
        log.duplicates(),
        log.failed(),
        resume == Long.MAX_VALUE ? Double.NaN : (resume - killMicros) / 1e3,
        (settled - killMicros) / 1e3,
        longest < 0 ? Double.NaN : longest / 1e3);
  }
}
