package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.Failure;
import io.penstock.schemas.retry.PauseRule;
import java.time.Duration;
import java.time.Instant;

/**
 * The default retries. Backoff is exponential with full jitter (Brooker, "Exponential backoff and
 * jitter", AWS Architecture Blog, 2015): uniform in [0, min(longest, first x 2^(n-1))] for the n-th
 * failure. The jitter comes from a hash of the request and the attempt, so that replaying the log
 * decides alike.
 *
 * @param maxFailures attempts that may fail before the request does, 1 or more
 * @param maxOverloads times an engine may turn it away for being full before the request fails, 1
 *     or more
 * @param maxLostLeases workers that may be lost with the request before it fails, 1 or more:
 *     brokers and spot machines die, so more than failures
 * @param maxExcuses failures that may be put down to an unhealthy target before they count, 1 or
 *     more
 * @param firstBackoff the upper bound of the first backoff, positive
 * @param longestBackoff the upper bound of any backoff
 * @param avoidance how long a worker that was full is not offered the request again the first time,
 *     twice as long each further time up to longestBackoff, unless its engine said longer
 * @param secondOpinion how long a worker that failed or refused the request leaves it to another,
 *     if there is one
 */
public record BackoffRetries(
    int maxFailures,
    int maxOverloads,
    int maxLostLeases,
    int maxExcuses,
    Duration firstBackoff,
    Duration longestBackoff,
    Duration avoidance,
    Duration secondOpinion)
    implements RetryPolicy {

  public static final BackoffRetries DEFAULT =
      new BackoffRetries(
          3,
          1000,
          10,
          20,
          Duration.ofMillis(200),
          Duration.ofSeconds(30),
          Duration.ofSeconds(1),
          Duration.ofSeconds(10));

  public BackoffRetries {
    if (maxFailures < 1 || maxOverloads < 1 || maxLostLeases < 1 || maxExcuses < 1) {
      throw new IllegalArgumentException(
          "maxFailures, maxOverloads, maxLostLeases and maxExcuses must be 1 or more");
    }
    if (!firstBackoff.isPositive() || longestBackoff.compareTo(firstBackoff) < 0) {
      throw new IllegalArgumentException(
          "firstBackoff must be positive and longestBackoff no shorter");
    }
    if (avoidance.isNegative() || secondOpinion.isNegative()) {
      throw new IllegalArgumentException("avoidance and secondOpinion must not be negative");
    }
  }

  @Override
  public RetryDecision after(Failure failure, Strikes strikes, long seed, Instant now) {
    return switch (failure.getCategory()) {
      case INVALID, REJECTED -> new RetryDecision.GiveUp();
      case OVERLOADED ->
          strikes.overloads() >= maxOverloads
              ? new RetryDecision.GiveUp()
              : new RetryDecision.Elsewhere(
                  now.plus(askedFor(failure, avoidance(strikes.overloads()))));
      case RETRYABLE, TIMEOUT ->
          strikes.failures() >= maxFailures
              ? new RetryDecision.GiveUp()
              : new RetryDecision.Later(
                  now.plus(askedFor(failure, backoff(strikes.failures(), seed))));
      // The worker is gone, not the request's fault: another worker may start at once.
      case LEASE_LOST ->
          strikes.lostLeases() >= maxLostLeases
              ? new RetryDecision.GiveUp()
              : new RetryDecision.Later(now);
    };
  }

  @Override
  public boolean isLast(int failures) {
    return failures + 1 >= maxFailures;
  }

  private static Duration askedFor(Failure failure, Duration otherwise) {
    return failure
        .getRetryAfterMillis()
        .map(millis -> Duration.ofMillis(Math.clamp(millis, 0, Duration.ofHours(1).toMillis())))
        .filter(asked -> asked.compareTo(otherwise) > 0)
        .orElse(otherwise);
  }

  private Duration backoff(int failures, long seed) {
    return Duration.ofNanos((long) (unit(seed) * doubled(firstBackoff, failures).toNanos()));
  }

  private Duration avoidance(int overloads) {
    return doubled(avoidance, overloads);
  }

  private Duration doubled(Duration first, int failures) {
    return new PauseRule(first, longestBackoff).after(failures);
  }

  /** A number in [0, 1) from a seed: the finaliser of SplitMix64 (Steele et al., OOPSLA 2014). */
  private static double unit(long seed) {
    long z = seed + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return ((z ^ (z >>> 31)) >>> 11) * 0x1.0p-53;
  }
}
