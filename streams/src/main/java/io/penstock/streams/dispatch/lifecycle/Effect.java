package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.RequestStatus;
import org.jspecify.annotations.Nullable;

/** A record that a decision wants written. */
public sealed interface Effect {

  /** The one terminal result. */
  record Answer(InferenceResult result) implements Effect {}

  /** A change of state for the lifecycle topic. */
  record Announce(RequestStatus status) implements Effect {}

  /** A grant or a cancellation for a worker. */
  record Instruct(Lease lease) implements Effect {}

  /** A dead letter. */
  record Bury(DeadLetter letter) implements Effect {}

  /**
   * A request handed to another shard.
   *
   * @param partition that shard's
   */
  record Transfer(DispatchTransfer transfer, int partition) implements Effect {}

  /**
   * What the shard knows of a target. No decision's: nobody waits for it.
   *
   * @param report null if it knows of it no longer
   */
  record Report(String key, @Nullable FleetReport report) implements Effect {}
}
