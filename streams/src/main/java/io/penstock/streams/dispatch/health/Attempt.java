package io.penstock.streams.dispatch.health;

import io.penstock.schemas.AttemptOutcome;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An attempt that ended by itself, as far as its target's health is concerned.
 *
 * @param key the request's
 * @param account whom the request is counted for
 * @param grantedAt when it was granted
 * @param firstFailedAt when the request first failed at this target before; null if it did not
 */
public record Attempt(
    String key,
    String account,
    Instant grantedAt,
    @Nullable Instant firstFailedAt,
    AttemptOutcome outcome) {}
