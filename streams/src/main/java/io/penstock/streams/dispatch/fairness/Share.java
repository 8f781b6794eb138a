package io.penstock.streams.dispatch.fairness;

/**
 * A tenant's service beside the least served one's, in weighted tokens.
 *
 * @param served what it was served
 * @param least what the least served tenant that waits was
 */
public record Share(double served, double least) {}
