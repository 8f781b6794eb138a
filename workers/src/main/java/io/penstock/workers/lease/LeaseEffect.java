package io.penstock.workers.lease;

import io.penstock.workers.engine.EngineRequest;
import java.util.Locale;

/** An action that {@link LeaseTable} decides and {@link LeaseManager} carries out. */
sealed interface LeaseEffect {

  /** Read the attempt's payload. PayloadRead or PayloadRefused follows. */
  record ReadPayload(Attempt attempt) implements LeaseEffect {}

  /** Run the request on a thread of its own. RunEnded follows, or RunNotStarted at once. */
  record StartRun(Attempt attempt, EngineRequest request) implements LeaseEffect {}

  /** Interrupt the attempt's run. */
  record InterruptRun(Attempt attempt) implements LeaseEffect {}

  /** Send the outcome until Kafka has it or its session is over. */
  record SendOutcome(OutgoingOutcome outcome) implements LeaseEffect {}

  /** Capacity or state changed: look at demand and time-outs again. */
  record Wake() implements LeaseEffect {}

  /** Count a lease record that changes nothing. */
  record Ignore(Reason reason) implements LeaseEffect {}

  /** The reason for which a lease record changes nothing, or is returned without a run. */
  enum Reason {
    OTHER_SESSION,
    UNKNOWN_PARTITION,
    DUPLICATE,
    BEYOND_LIMIT,
    CANCEL_TOO_LATE;

    /** The value of a metric's tag. */
    String tag() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
