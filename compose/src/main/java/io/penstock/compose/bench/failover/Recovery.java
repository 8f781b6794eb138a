package io.penstock.compose.bench.failover;

import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;
import java.util.HashMap;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/**
 * What a kill cost, from what requests went through.
 *
 * @param sent requests sent
 * @param lost requests without a result
 * @param duplicates results beyond the first of their request
 * @param failed requests whose result is not a success
 * @param resumeMillis from the kill until every group of requests had a result of a request that
 *     was sent after it; NaN if one never had
 * @param settledMillis from the kill until the last request sent before it had its result; 0 if all
 *     had theirs
 */
record Recovery(
    int sent, long lost, long duplicates, long failed, double resumeMillis, double settledMillis) {

  /**
   * Of a round in which something was killed.
   *
   * @param groupOf the group of a request by its number: those that one shard serves
   */
  static Recovery of(RequestLog log, long killMicros, IntUnaryOperator groupOf) {
    Map<Integer, Long> firstOfGroup = new HashMap<>();
    long settled = killMicros;
    for (int number = 0; number < log.count(); number++) {
      long visible = log.when(number, Moment.VISIBLE);
      if (log.when(number, Moment.SENT) < killMicros) {
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
        (settled - killMicros) / 1e3);
  }
}
