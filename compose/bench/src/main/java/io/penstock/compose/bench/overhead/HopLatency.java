package io.penstock.compose.bench.overhead;

import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;

/**
 * One round's latencies, in milliseconds.
 *
 * @param leaseP50 from when the request was due to the lease in hand; plain: after 3 hops
 * @param leaseP99 the same
 * @param startP50 from when it was due to the engine's start, the payload's read included; plain:
 *     NaN
 * @param startP99 the same
 * @param resultP50 from the engine's end to the result in a read_committed consumer; plain: 2 hops
 * @param resultP99 the same
 * @param lagP99 how late the sender was
 * @param bad requests without a result, with two, or with one that is not a success
 */
record HopLatency(
    double leaseP50,
    double leaseP99,
    double startP50,
    double startP99,
    double resultP50,
    double resultP99,
    double lagP99,
    long bad) {

  static HopLatency of(RequestLog log) {
    var lease = log.between(Moment.DUE, Moment.LEASED);
    var start = log.between(Moment.DUE, Moment.STARTED);
    var result = log.between(Moment.FINISHED, Moment.VISIBLE);
    return new HopLatency(
        lease.millis(50),
        lease.millis(99),
        start.millis(50),
        start.millis(99),
        result.millis(50),
        result.millis(99),
        log.between(Moment.DUE, Moment.SENT).millis(99),
        log.unanswered() + log.duplicates() + log.failed());
  }
}
