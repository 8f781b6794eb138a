package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import java.time.Duration;
import java.time.Instant;

/**
 * Decides whether and when a failed attempt is followed by another. A pure function: replaying the
 * log must decide alike. Implementations are thread-safe.
 */
public interface RetryPolicy {

  /**
   * The attempts of a request so far, the last failure included.
   *
   * @param failures attempts that failed
   * @param overloads attempts that were turned away
   * @param lostLeases workers that were lost
   */
  record Strikes(int failures, int overloads, int lostLeases) {

    /** Counts one more failure of this category. */
    public Strikes with(FailureCategory category) {
      return switch (category) {
        case OVERLOADED -> new Strikes(failures, overloads + 1, lostLeases);
        case LEASE_LOST -> new Strikes(failures, overloads, lostLeases + 1);
        case INVALID, REJECTED, RETRYABLE, TIMEOUT ->
            new Strikes(failures + 1, overloads, lostLeases);
      };
    }
  }

  /**
   * Decides. INVALID and REJECTED are never tried again; every other category only so many times.
   * An engine that says when to come back is not asked earlier, for waits of up to an hour.
   *
   * @param failure why the attempt failed
   * @param strikes what the request has been through, this failure included
   * @param seed equal for equal request and attempt: where jitter comes from
   */
  RetryDecision after(Failure failure, Strikes strikes, long seed, Instant now);

  /**
   * Returns whether a further failure would be the last.
   *
   * @param failures attempts that have failed so far
   */
  boolean isLast(int failures);

  /**
   * Returns how many failures may be put down to an unhealthy target before they count against the
   * request; 1 or more.
   */
  int maxExcuses();

  /**
   * Returns how long a worker that failed or refused the request leaves it to another, if there is
   * one; 0 or more.
   */
  Duration secondOpinion();
}
