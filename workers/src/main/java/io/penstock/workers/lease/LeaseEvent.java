package io.penstock.workers.lease;

import io.penstock.schemas.Failure;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ScoredRequest;
import io.penstock.workers.engine.EngineReply;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An event in the life of a worker's leases. {@link LeaseTable} decides what follows. The first
 * five are a lease's way, in the order in which they come.
 */
public sealed interface LeaseEvent {

  /** A lease record for this worker arrived: a grant, a cancellation or a drain. */
  record Arrived(Lease lease, @Nullable String traceparent) implements LeaseEvent {}

  /** The attempt's payload was read. */
  record PayloadRead(Attempt attempt, ScoredRequest payload, @Nullable String traceparent)
      implements LeaseEvent {}

  /**
   * The attempt cannot start: its payload is gone or wrong, or the engine does not serve it.
   *
   * @param request what was read, if anything
   */
  record PayloadRefused(Attempt attempt, Failure failure, @Nullable InferenceRequest request)
      implements LeaseEvent {}

  /** The engine has generated the attempt's first token. */
  record FirstToken(Attempt attempt) implements LeaseEvent {}

  /**
   * The engine has let go of the attempt.
   *
   * @param reply what it said; null if the run was interrupted
   */
  record RunEnded(Attempt attempt, @Nullable EngineReply reply) implements LeaseEvent {}

  /** The run that was to start could not be started: no thread could be had. */
  record RunNotStarted(Attempt attempt) implements LeaseEvent {}

  /** Time has passed: whatever took too long is stopped or fails. */
  record TimePassed() implements LeaseEvent {}

  /** The worker is to drain; runs may go on until then. A second one can only shorten the time. */
  record DrainBegan(Instant until) implements LeaseEvent {}

  /** The drain has ended: every outcome was delivered. */
  record DrainEnded() implements LeaseEvent {}

  /** The registry says which models are served from which partitions. */
  record ModelsChanged(Map<Integer, Set<String>> byPartition) implements LeaseEvent {}

  /** Leases may be lost, so a new session is needed. */
  record SessionLost(RenewalReason reason) implements LeaseEvent {}

  /** A new session begins. Nothing of the former one is reported any more. */
  record SessionBegan(String id) implements LeaseEvent {}

  /** Kafka has a demand of this session. */
  record DemandAcknowledged(String session) implements LeaseEvent {}

  /** Kafka has an outcome of this session. */
  record OutcomeDelivered(String session, int partition) implements LeaseEvent {}
}
