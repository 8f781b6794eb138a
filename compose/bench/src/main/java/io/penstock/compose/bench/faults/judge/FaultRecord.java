package io.penstock.compose.bench.faults.judge;

import io.penstock.compose.bench.faults.plan.PlannedFault;

/**
 * A fault as it happened. Times are milliseconds since the begin of the load.
 *
 * @param planned as the seed had it
 * @param target the process that it hit
 * @param begin when it began
 * @param end when it was taken back
 * @param recovered when the part was ready again
 * @param problem why the part is not; empty if it is
 */
public record FaultRecord(
    PlannedFault planned, String target, long begin, long end, long recovered, String problem) {}
