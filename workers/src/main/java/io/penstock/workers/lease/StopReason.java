package io.penstock.workers.lease;

/** The reason for which a worker stops an attempt that has not ended. */
enum StopReason {
  /** Dispatch cancelled it. */
  CANCELLED,
  /** It took longer than allowed, or its deadline passed. */
  TIMED_OUT,
  /** The worker drains, or its engine asked for a pause: another worker shall run it. */
  RELEASED
}
