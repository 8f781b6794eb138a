package io.penstock.streams.dispatch.index;

import io.penstock.schemas.ServiceClass;

/**
 * What waits for one model in one class.
 *
 * @param waiting how many
 * @param oldestAcceptedAt microseconds since the epoch
 * @param promptTokens tokens to prefill in all
 * @param outputTokens tokens expected to be generated in all
 */
public record ClassCensus(
    String model,
    ServiceClass serviceClass,
    int waiting,
    long oldestAcceptedAt,
    long promptTokens,
    long outputTokens) {}
