package io.penstock.compose.bench.batches;

/**
 * What one batch was like.
 *
 * @param lines of it
 * @param uploadSeconds until the file was stored
 * @param judgeSeconds until the batch ran
 * @param runSeconds from then until it was completed
 * @param failed lines without an answer
 * @param heapMegabytes the most heap in use while it ran, garbage included, beyond what was alive
 *     before
 * @param promises how many promises of its end were seen
 * @param promiseMedian how far off the median promise was, as a share of the time left
 * @param promiseP90 how far off nine in ten were at most
 */
record BatchFigures(
    int lines,
    double uploadSeconds,
    double judgeSeconds,
    double runSeconds,
    int failed,
    double heapMegabytes,
    int promises,
    double promiseMedian,
    double promiseP90) {

  double linesInPerSecond() {
    return lines / (uploadSeconds + judgeSeconds);
  }

  double linesOutPerSecond() {
    return lines / runSeconds;
  }
}
