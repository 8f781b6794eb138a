package io.penstock.workers.lease;

import io.penstock.schemas.AttemptOutcome;
import org.jspecify.annotations.Nullable;

/**
 * An outcome on its way to Kafka.
 *
 * @param partition the partition of the outcomes topic, which is the lease's
 */
public record OutgoingOutcome(
    int partition, AttemptOutcome outcome, @Nullable String traceparent) {}
