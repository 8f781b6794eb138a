package io.penstock.streams.dispatch.health;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import java.util.Set;

/** What the outcome of an attempt says about its target. */
public enum Symptom {
  /** It works. */
  WELL,
  /** It failed, and not by the request's fault. */
  ILL,
  /**
   * Its provider refuses for lack of quota or budget: 402, 429, or 400 with a code that says so.
   */
  QUOTA,
  /** Nothing: the request's own fault, its deadline, or an attempt that was broken off. */
  NONE;

  /** What workers call a lack of quota or budget, whatever the status it came with. */
  private static final Set<String> QUOTA_CODES =
      Set.of("engine_quota_exhausted", "engine_rate_limited");

  /**
   * Failures that tell nothing of the target: requests that were leased too late for their
   * deadline, which an overloaded healthy target has many of, and engines that stop.
   */
  private static final Set<String> NO_SYMPTOM = Set.of("deadline_passed", "engine_closed");

  public static Symptom of(AttemptOutcome outcome) {
    return switch (outcome.getKind()) {
      case SUCCEEDED -> WELL;
      case FAILED -> outcome.getFailure().map(Symptom::of).orElse(ILL);
      case CANCELLED, RELEASED -> NONE;
    };
  }

  private static Symptom of(Failure failure) {
    int status = failure.getStatusCode().orElse(0);
    if (status == 402 || status == 429 || QUOTA_CODES.contains(failure.getCode())) {
      return QUOTA;
    }
    if (NO_SYMPTOM.contains(failure.getCode())) {
      return NONE;
    }
    return switch (failure.getCategory()) {
      case INVALID, REJECTED, LEASE_LOST -> NONE;
      case OVERLOADED, RETRYABLE, TIMEOUT -> ILL;
    };
  }

  /** Whether the target failed. */
  public boolean isBad() {
    return this == ILL || this == QUOTA;
  }
}
