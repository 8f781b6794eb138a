package io.penstock.streams.dispatch.index;

import io.penstock.schemas.ServiceClass;

/**
 * What waits for one target in one class.
 *
 * @param target the model, or the variant of one
 * @param waiting how many
 * @param oldestAcceptedAt microseconds since the epoch
 * @param promptTokens tokens to prefill in all
 * @param outputTokens tokens expected to be generated in all
 */
public record ClassCensus(
    String target,
    ServiceClass serviceClass,
    int waiting,
    long oldestAcceptedAt,
    long promptTokens,
    long outputTokens) {}
