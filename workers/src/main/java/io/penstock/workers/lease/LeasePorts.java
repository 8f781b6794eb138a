package io.penstock.workers.lease;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What {@link LeaseBook} has done for it. All calls are made under its lock and must not wait. */
public interface LeasePorts {

  /** Reads the attempt's payload and answers with {@link LeaseBook#payloadRead} or failed. */
  void readPayload(Attempt attempt);

  /** Runs the request on a thread of its own and answers with {@link LeaseBook#ended}. */
  Attempt.Run run(Attempt attempt, EngineRequest request);

  /** Sends the outcome until it is delivered or its session is over. */
  void report(Report report);

  /** Capacity or state changed: look at the demand again. */
  void wake();

  /** A lease arrived that leads to no attempt: its kind, for a counter. */
  void ignored(String why);

  /** Whether the engine asked to be left alone: nothing may be started. */
  boolean isPaused(Instant now);

  /**
   * An engine run is over.
   *
   * @param running requests the engine ran until now, this one included
   * @return the reply to report, which knows of the pause it may have caused
   */
  @Nullable EngineReply observed(
      Attempt attempt, @Nullable EngineReply reply, int running, Instant now);

  /**
   * An outcome on its way.
   *
   * @param partition of the outcomes topic: the lease's
   */
  record Report(int partition, AttemptOutcome outcome, @Nullable String traceparent) {}
}
