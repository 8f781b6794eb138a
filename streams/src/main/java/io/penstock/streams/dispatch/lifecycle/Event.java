package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.Failure;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.fairness.Share;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** An event in the life of a request. */
public sealed interface Event {

  /**
   * Its scored record was read from a work topic.
   *
   * @param topicClass the class of that topic
   * @param offset the record's offset
   * @param traceparent the W3C trace context in its headers, if any
   */
  record Arrived(
      ScoredFacts facts, ServiceClass topicClass, long offset, @Nullable String traceparent)
      implements Event {}

  /**
   * Dispatch gives it to a worker.
   *
   * @param sequence the grant's number in the session, from 1
   * @param share where its tenant stands with it
   */
  record Granted(String workerId, String session, long sequence, Share share) implements Event {}

  /**
   * A worker reported how its attempt ended.
   *
   * @param fault whose fault it is, if it failed
   */
  record Ended(AttemptOutcome outcome, Fault fault) implements Event {

    public Ended(AttemptOutcome outcome) {
      this(outcome, Fault.REQUEST);
    }
  }

  /** Its worker went silent, or came back in a new session. */
  record LeaseLost(String session, Failure failure) implements Event {}

  /** Its worker stopped in good order and gave everything back. */
  record GivenBack(String session) implements Event {}

  /** Its worker lives, and has not confirmed the grant for so long that it cannot have it. */
  record Unconfirmed(String session, Instant avoidUntil) implements Event {}

  /** Its deadline is in the past. */
  record DeadlinePassed() implements Event {}

  /** Its deadline is so long past that its worker must have lost it. */
  record Overdue() implements Event {}

  /**
   * Somebody asked to cancel it.
   *
   * @param remembered whether this is noted where nothing is known of the request, so that it is
   *     cancelled when it arrives
   */
  record CancelAsked(@Nullable String reason, boolean remembered) implements Event {

    public CancelAsked(@Nullable String reason) {
      this(reason, true);
    }
  }

  /**
   * Somebody asked to change its rank.
   *
   * @param serviceClass the new class, or null to keep it
   * @param deadline the new deadline, or null to keep it
   */
  record Reprioritised(@Nullable ServiceClass serviceClass, @Nullable Instant deadline)
      implements Event {}

  /**
   * Dispatch moves it to another target.
   *
   * @param to one of its alternatives; or its own target in another partition, if that is the cause
   * @param reason why, for a person
   */
  record Moved(ModelAlternative to, MoveCause cause, String reason) implements Event {}

  /** Another shard handed it over. */
  record Transferred(DispatchTransfer transfer) implements Event {}

  /**
   * It came from a work topic or another shard with values that dispatch cannot work with.
   *
   * @param entry the request, with these values replaced
   * @param handedOver whether another shard handed it over
   */
  record Unusable(DispatchEntry entry, boolean handedOver, Failure failure) implements Event {}
}
