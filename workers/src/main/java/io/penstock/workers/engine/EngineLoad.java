package io.penstock.workers.engine;

import java.time.Instant;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * An engine's own account of its load.
 *
 * @param running requests being generated now
 * @param waiting requests the engine has accepted and not begun
 * @param queuedPrefillTokens prompt tokens accepted and not yet processed
 * @param freeKvTokens KV-cache room left, in tokens
 * @param prefillTokensPerSecond observed prompt processing speed
 * @param decodeTokensPerSecond observed generation speed of one sequence
 * @param observedAt when these were true; old numbers are worth less
 */
public record EngineLoad(
    int running,
    int waiting,
    OptionalLong queuedPrefillTokens,
    OptionalLong freeKvTokens,
    OptionalDouble prefillTokensPerSecond,
    OptionalDouble decodeTokensPerSecond,
    Instant observedAt) {}
