package io.penstock.workers;

import io.penstock.schemas.WorkerState;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * A worker's health, for a health check and a person.
 *
 * @param ready whether it can take leases now
 * @param reasons why it is not ready, or what else needs attention
 * @param state what it tells dispatch of itself
 * @param session its present session
 * @param partitions the model partitions it serves, ascending
 * @param held leases it holds
 * @param running requests its engine runs
 * @param lastDemandAcknowledged when Kafka last acknowledged a demand of this session
 * @param lastLease when it last received a lease
 */
public record WorkerHealth(
    boolean ready,
    List<String> reasons,
    WorkerState state,
    String session,
    List<Integer> partitions,
    int held,
    int running,
    Optional<Instant> lastDemandAcknowledged,
    Optional<Instant> lastLease) {

  public WorkerHealth {
    reasons = List.copyOf(reasons);
    partitions = List.copyOf(partitions);
  }
}
