package io.penstock.compose.bench.peers;

import io.penstock.compose.bench.Spread;

/**
 * The figures of one system. Times are milliseconds from when a request was due to its start on a
 * worker.
 *
 * @param noOps requests of no work per second, from the producer to the result at the producer
 * @param idle latency at the settings' rate with nothing else in the queue
 * @param deep the same, urgent requests, behind the deep queue
 * @param depth requests waiting when that began
 * @param urgent single urgent requests behind the deep queue, a few a second
 * @param killed what a killed worker cost
 * @param bad requests of the open loops without a result, with two, or with a failure
 */
record SystemFigures(
    Spread noOps,
    Latency idle,
    Latency deep,
    long depth,
    Urgent urgent,
    KilledWorker killed,
    long bad) {

  /**
   * By rounds.
   *
   * @param lagP99 how late the sender was
   */
  record Latency(Spread p50, Spread p99, Spread lagP99) {}

  /** The median and the longest of all single urgent requests. */
  record Urgent(double median, double most) {}
}
