package io.penstock.broker.batches.lifecycle;

import io.penstock.schemas.TokenUsage;

/**
 * What the answered requests add up to.
 *
 * @param completed how many succeeded
 * @param failed how many did not, those of the next two included
 * @param expired how many were not run in time
 * @param cancelled how many were cancelled
 * @param inputTokens tokens read
 * @param cachedTokens the part of them served from a prefix cache
 * @param outputTokens tokens generated
 */
public record Tally(
    int completed,
    int failed,
    int expired,
    int cancelled,
    long inputTokens,
    long cachedTokens,
    long outputTokens) {

  public static final Tally ZERO = new Tally(0, 0, 0, 0, 0, 0, 0);

  Tally plus(OutcomeKind kind) {
    return new Tally(
        completed + (kind == OutcomeKind.COMPLETED ? 1 : 0),
        failed + (kind == OutcomeKind.COMPLETED ? 0 : 1),
        expired + (kind == OutcomeKind.EXPIRED ? 1 : 0),
        cancelled + (kind == OutcomeKind.CANCELLED ? 1 : 0),
        inputTokens,
        cachedTokens,
        outputTokens);
  }

  Tally plus(TokenUsage usage) {
    return new Tally(
        completed,
        failed,
        expired,
        cancelled,
        inputTokens + usage.getPromptTokens(),
        cachedTokens + usage.getCachedPromptTokens(),
        outputTokens + usage.getCompletionTokens());
  }

  /** Whether any tokens were counted. */
  public boolean hasUsage() {
    return inputTokens + outputTokens > 0;
  }
}
