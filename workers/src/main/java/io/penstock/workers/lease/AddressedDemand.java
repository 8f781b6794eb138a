package io.penstock.workers.lease;

import io.penstock.schemas.WorkerDemand;

/**
 * A demand and where it goes.
 *
 * @param partition the partition of the demand topic, which is the model partition
 */
public record AddressedDemand(int partition, WorkerDemand demand) {}
