package io.penstock.workers.capacity;

/**
 * The work that a worker has taken on.
 *
 * @param held leases held, running or not
 * @param running requests the engine runs
 * @param unseenPromptTokens prompt tokens of leases that the engine's account does not include: not
 *     handed over yet, or handed over after it
 * @param unseenKvTokens KV-cache tokens these will take: prompt and predicted output
 * @param unansweredPromptTokens prompt tokens of requests that the account does include and whose
 *     first token has not come
 */
public record Holdings(
    int held,
    int running,
    long unseenPromptTokens,
    long unseenKvTokens,
    long unansweredPromptTokens) {}
