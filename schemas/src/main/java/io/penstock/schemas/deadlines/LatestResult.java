package io.penstock.schemas.deadlines;

import java.time.Duration;

/**
 * Computes how long after its deadline a request's result may still come. Dispatch decides within
 * {@link #DECIDED_WITHIN}, and a client waits longer than that, so that EXPIRED reaches it before
 * it gives up. Both sides take their settings from here and refuse others that break the relation.
 */
public final class LatestResult {

  /** How long after its deadline a worker may still answer; then the request expires. */
  public static final Duration OVERDUE_GRACE = Duration.ofSeconds(30);

  /** How long a worker may be silent before its leases are taken back. */
  public static final Duration LEASE_TIMEOUT = Duration.ofSeconds(5);

  /** The longest that dispatch takes after a deadline to end the request. */
  public static final Duration DECIDED_WITHIN = OVERDUE_GRACE.plus(LEASE_TIMEOUT);

  /** How long a client waits after a deadline: a result also has to be committed and read. */
  public static final Duration CLIENT_GRACE = DECIDED_WITHIN.plusSeconds(25);

  private LatestResult() {}

  /**
   * Refuses a dispatch that would end requests after clients have given up.
   *
   * @throws IllegalArgumentException naming both settings
   */
  public static void requireDecided(Duration overdueGrace, Duration leaseTimeout) {
    if (overdueGrace.plus(leaseTimeout).compareTo(DECIDED_WITHIN) > 0) {
      throw new IllegalArgumentException(
          "overdueGrace is %s and leaseTimeout %s; together they must not exceed %s, since clients give up %s after a deadline"
              .formatted(overdueGrace, leaseTimeout, DECIDED_WITHIN, CLIENT_GRACE));
    }
  }

  /**
   * Refuses a client that would give up while dispatch may still end the request.
   *
   * @throws IllegalArgumentException naming the setting
   */
  public static void requireAwaited(Duration clientGrace) {
    if (clientGrace.compareTo(DECIDED_WITHIN) <= 0) {
      throw new IllegalArgumentException(
          "grace is %s; dispatch ends a request up to %s after its deadline, so give more than that"
              .formatted(clientGrace, DECIDED_WITHIN));
    }
  }
}
