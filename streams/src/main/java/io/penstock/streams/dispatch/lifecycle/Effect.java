package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.RequestStatus;
import org.jspecify.annotations.Nullable;

/** A record that a decision wants written. */
public sealed interface Effect {

  /**
   * The one terminal result.
   *
   * @param replyTopic where it goes instead of the results topic, if asked for
   */
  record Answer(InferenceResult result, @Nullable String replyTopic) implements Effect {}

  /** A change of state for the lifecycle topic. */
  record Announce(RequestStatus status) implements Effect {}

  /** A grant or a cancellation for a worker. */
  record Instruct(Lease lease) implements Effect {}

  /** A dead letter. */
  record Bury(DeadLetter letter) implements Effect {}
}
