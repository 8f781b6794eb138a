package io.penstock.streams.dispatch.lifecycle;

import java.time.Instant;

/** The answer of a retry policy to a failure. */
public sealed interface RetryDecision {

  /** Try again, not before this instant; any worker may. */
  record Later(Instant notBefore) implements RetryDecision {}

  /** Try again at once, but not on the worker that was full until this instant. */
  record Elsewhere(Instant avoidUntil) implements RetryDecision {}

  /** Do not try again. */
  record GiveUp() implements RetryDecision {}
}
