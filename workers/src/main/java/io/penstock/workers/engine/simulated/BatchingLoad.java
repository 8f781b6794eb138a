package io.penstock.workers.engine.simulated;

/**
 * The load of a {@link BatchingModel} at an instant.
 *
 * @param running sequences in the batch
 * @param waiting sequences accepted and not in the batch
 * @param queuedPrefillTokens prompt tokens accepted and not processed; those of the iteration under
 *     way count until it ends
 * @param usedKvTokens KV-cache tokens set aside for the batch
 * @param freeKvTokens KV-cache tokens left once those waiting have room for their prompts
 * @param decoding sequences past their prompt
 * @param residentTokens tokens those hold
 */
public record BatchingLoad(
    int running,
    int waiting,
    long queuedPrefillTokens,
    long usedKvTokens,
    long freeKvTokens,
    int decoding,
    long residentTokens) {}
