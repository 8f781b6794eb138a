package io.penstock.workers.lease;

import java.util.Locale;

/** The reason for which a worker starts a new session. */
public enum RenewalReason {
  /** No demand was acknowledged for so long that dispatch has taken the leases back. */
  HEARTBEATS_LOST,
  /** A lease before one received has not come. */
  LEASE_MISSED,
  /** Lease records were deleted before they were read. */
  LEASES_UNREADABLE,
  /** A thread that reads leases or payloads failed, so some may be lost. */
  READER_FAILED,
  /** The producer failed for good. */
  PRODUCER_FAILED;

  /** The value of a metric's tag. */
  public String tag() {
    return name().toLowerCase(Locale.ROOT);
  }
}
