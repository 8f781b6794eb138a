package io.penstock.schemas.retry;

import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

/**
 * Counts failures and says how long to wait after each. When nothing has failed for the calm time,
 * the count begins anew. This class is not thread-safe.
 */
public final class GrowingPause {

  private final PauseRule rule;
  private final Duration calm;
  private final UnaryOperator<Duration> jitter;
  private Instant lastFailure = Instant.MIN;
  private int failures;

  /** A pause exactly as long as the rule says. */
  public GrowingPause(PauseRule rule, Duration calm) {
    this(rule, calm, UnaryOperator.identity());
  }

  private GrowingPause(PauseRule rule, Duration calm, UnaryOperator<Duration> jitter) {
    this.rule = rule;
    this.calm = calm;
    this.jitter = jitter;
  }

  /** A pause of half to all of what the rule says, for what many processes do. */
  public static GrowingPause jittered(PauseRule rule, Duration calm, RandomGenerator random) {
    return new GrowingPause(rule, calm, pause -> PauseRule.jittered(pause, random));
  }

  /** Something succeeded: the next failure counts as the first. */
  public void reset() {
    failures = 0;
  }

  /** The pause after a failure at this time. */
  public Duration after(Instant failure) {
    if (lastFailure.equals(Instant.MIN) || failure.isAfter(lastFailure.plus(calm))) {
      failures = 0;
    }
    lastFailure = failure;
    failures = Math.min(failures, Integer.MAX_VALUE - 1) + 1;
    return jitter.apply(rule.after(failures));
  }
}
