package io.penstock.compose.bench.faults.load;

/**
 * What clients of the fronts did.
 *
 * @param calls calls that were answered
 * @param streams streams that were read to their end
 * @param resumed of those, streams that were read in several legs
 * @param interrupted times that a stream named an error
 * @param batches batches that have ended
 * @param lines lines of those
 * @param retries times that a client tried again
 */
public record FrontCounts(
    long calls,
    long streams,
    long resumed,
    long interrupted,
    long batches,
    long lines,
    long retries) {}
