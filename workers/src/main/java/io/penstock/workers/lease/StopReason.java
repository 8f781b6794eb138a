package io.penstock.workers.lease;

/** Why an attempt is stopped before it has ended. */
public enum StopReason {
  /** Dispatch asked for it. */
  CANCELLED,
  /** It took longer than allowed, or its deadline passed. */
  TIMED_OUT,
  /** The worker drains, or its engine asked for a pause: somebody else shall run it. */
  RELEASED,
  /** Its session is over, so nobody waits for its outcome. */
  ABANDONED
}
