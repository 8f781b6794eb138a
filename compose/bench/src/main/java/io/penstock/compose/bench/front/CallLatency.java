package io.penstock.compose.bench.front;

import io.penstock.compose.bench.load.RequestLog;
import io.penstock.compose.bench.load.RequestLog.Moment;

/**
 * One round's latencies, in milliseconds from when a call was due.
 *
 * @param waitP50 to the whole answer of a call that waits
 * @param waitP99 the same
 * @param firstTokenP50 to the first chunk of a stream
 * @param firstTokenP99 the same
 * @param lastTokenP50 to the end of a stream
 * @param lastTokenP99 the same
 * @param bad calls without an answer, or with one that is not a success
 */
record CallLatency(
    double waitP50,
    double waitP99,
    double firstTokenP50,
    double firstTokenP99,
    double lastTokenP50,
    double lastTokenP99,
    long bad) {

  static CallLatency of(RequestLog whole, RequestLog streamed) {
    var wait = whole.between(Moment.DUE, Moment.VISIBLE);
    var first = streamed.between(Moment.DUE, Moment.STARTED);
    var last = streamed.between(Moment.DUE, Moment.VISIBLE);
    return new CallLatency(
        wait.millis(50),
        wait.millis(99),
        first.millis(50),
        first.millis(99),
        last.millis(50),
        last.millis(99),
        whole.unanswered() + whole.failed() + streamed.unanswered() + streamed.failed());
  }
}
