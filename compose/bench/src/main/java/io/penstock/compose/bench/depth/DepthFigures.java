package io.penstock.compose.bench.depth;

/**
 * The figures at one depth.
 *
 * @param depth requests waiting when latency began to be measured
 * @param depthAfter requests waiting at its end
 * @param leaseP50 from when an interactive request was due to the lease in hand, in milliseconds
 * @param leaseP99 the same
 * @param ingestPerSecond batch requests per second from the producer to dispatch's index
 * @param heapBytesPerRequest heap that each waiting request takes; NaN where too few wait to tell
 * @param restartSeconds dispatch stopped cleanly and started again on its folder
 * @param restartEmptySeconds the same with its folder lost, so that all state is read back
 * @param bad interactive requests without a result, with two, or with a failure
 */
record DepthFigures(
    int depth,
    long depthAfter,
    double leaseP50,
    double leaseP99,
    double ingestPerSecond,
    double heapBytesPerRequest,
    double restartSeconds,
    double restartEmptySeconds,
    long bad) {}
