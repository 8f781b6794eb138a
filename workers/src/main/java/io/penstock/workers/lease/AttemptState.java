package io.penstock.workers.lease;

/**
 * The state of an attempt. {@link LeaseTable} makes all changes:
 *
 * <pre>
 *                 run starts           stopped              stop grace is over
 *   READING ------------------> RUNNING --------> STOPPING -------------------> REPORTED
 *      |                           |                 |                             |
 *      | refused, late, stopped    | run ends        | run ends                    | run ends
 *      v                           v                 v                             v
 *    ENDED                       ENDED             ENDED                         ENDED
 * </pre>
 *
 * When the session ends, READING becomes ENDED and every other state ABANDONED, which becomes ENDED
 * when the run ends. An outcome is sent on the way from READING, RUNNING or STOPPING to ENDED or
 * REPORTED, unless the session has ended, and on no other. The slot is free in ENDED only.
 */
enum AttemptState {
  /** The lease is held and its payload is being read. */
  READING,
  /** The engine runs the request. */
  RUNNING,
  /** The run was interrupted and the engine has not let go. */
  STOPPING,
  /** The outcome was sent although the engine has not let go. */
  REPORTED,
  /** The session is over, so nobody waits for the outcome; the engine has not let go. */
  ABANDONED,
  /** The lease is not held any more. */
  ENDED;

  /** Returns whether the engine has the request. */
  boolean isWithEngine() {
    return switch (this) {
      case RUNNING, STOPPING, REPORTED, ABANDONED -> true;
      case READING, ENDED -> false;
    };
  }

  /** Returns whether an outcome is still to be sent. */
  boolean isOpen() {
    return switch (this) {
      case READING, RUNNING, STOPPING -> true;
      case REPORTED, ABANDONED, ENDED -> false;
    };
  }
}
