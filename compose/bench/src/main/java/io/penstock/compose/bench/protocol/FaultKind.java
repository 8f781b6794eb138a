package io.penstock.compose.bench.protocol;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What can go wrong in a simulation. */
public enum FaultKind {
  /** A dispatch process dies, between any two records; its transaction is aborted. */
  CRASH_DISPATCH,
  /** A dispatch process stops for a while, and goes on; another may have taken over meanwhile. */
  PAUSE_DISPATCH,
  /** A transaction of dispatch is aborted, and its task begins again from what was committed. */
  ABORT,
  /** A commit takes effect, and dispatch does not learn of it. */
  UNKNOWN_COMMIT,
  /** A new owner of a shard reads again what was committed before. */
  REPLAY,
  /** A worker process dies. */
  CRASH_WORKER,
  /** A worker process stops for a while, and goes on. */
  PAUSE_WORKER,
  /** A demand or an outcome is lost, and its sender is told so after a time-out. */
  DROP,
  /** A demand or an outcome comes late, and so after later ones. */
  DELAY,
  /** A demand or an outcome comes twice. */
  REPEAT,
  /** A demand or an outcome comes, and its sender is told that it did not. */
  LOST_ACK,
  /** A worker's producer fails for good. */
  PRODUCER,
  /** A lease does not reach its worker. */
  LOST_LEASE,
  /** A lease is read twice. */
  REPEATED_LEASE,
  /** An engine fails a request, in any of the categories. */
  ENGINE,
  /** An engine does not let go of a request for a while after it was interrupted. */
  HANG,
  /** The clocks of hosts differ, by up to two seconds. */
  SKEW,
  /** An instance of the front dies, between any two of its calls. */
  CRASH_FRONT,
  /** A partition of the front moves to another instance while its owner goes on. */
  MOVE_FRONT,
  /** The blob store or the log fails a call of the front, before or after it took effect. */
  FRONT_CALL;

  /** As it is written in options and reports. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The kind of a label. */
  public static Optional<FaultKind> of(String label) {
    return Arrays.stream(values()).filter(kind -> kind.label().equals(label)).findFirst();
  }
}
