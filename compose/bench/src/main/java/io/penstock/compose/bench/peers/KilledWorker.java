package io.penstock.compose.bench.peers;

import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;

/**
 * The cost of killing a worker.
 *
 * @param sent requests
 * @param lost without a result, and not in the queue any more
 * @param stuck without a result in time, but still in the queue
 * @param duplicated results beyond the first of their request
 * @param runAgain runs begun beyond the first of their request
 * @param recoveredMillis from the kill until the last request sent before it had its result; NaN if
 *     one never had
 */
record KilledWorker(
    int sent, long lost, long stuck, long duplicated, long runAgain, double recoveredMillis) {

  /**
   * Computes the cost of a round.
   *
   * @param waiting requests in the queue after it
   * @param runAgain runs begun beyond the first of their request
   */
  static KilledWorker of(RequestLog log, long killMicros, long waiting, long runAgain) {
    long missing = log.unanswered();
    long stuck = Math.min(missing, waiting);
    return new KilledWorker(
        log.count(),
        missing - stuck,
        stuck,
        log.duplicates(),
        runAgain,
        recovered(log, killMicros));
  }

  private static double recovered(RequestLog log, long killMicros) {
    long last = killMicros;
    for (int number = 0; number < log.count(); number++) {
      if (log.when(number, Moment.SENT) < killMicros) {
        long visible = log.when(number, Moment.VISIBLE);
        if (visible == 0) {
          return Double.NaN;
        }
        last = Math.max(last, visible);
      }
    }
    return (last - killMicros) / 1e3;
  }
}
