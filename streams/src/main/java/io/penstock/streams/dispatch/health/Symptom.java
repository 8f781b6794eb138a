package io.penstock.streams.dispatch.health;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import java.util.Set;

/** The sign of health that the outcome of an attempt gives of its target. */
public enum Symptom {
  /** It works. */
  WELL,
  /** It failed, and not by the request's fault. */
  ILL,
  /** Its provider refuses for lack of quota or budget: 402, or 400 with a code that says so. */
  QUOTA,
  /** The worker was asked to pause: 429, or 503 with a time to come back. Nobody's failure. */
  PAUSE,
  /** The engine refused the request, which another engine may not. */
  REFUSAL,
  /** Nothing: the request's own fault, its deadline, or an attempt that was broken off. */
  NONE;

  /** What workers call a lack of quota or budget, whatever the status it came with. */
  private static final String QUOTA_CODE = "engine_quota_exhausted";

  private static final String PAUSE_CODE = "engine_rate_limited";
  private static final String REFUSAL_CODE = "engine_rejected";

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
    if (status == 402 || failure.getCode().equals(QUOTA_CODE)) {
      return QUOTA;
    }
    boolean asksToPause = status == 503 && failure.getRetryAfterMillis().isPresent();
    if (status == 429 || asksToPause || failure.getCode().equals(PAUSE_CODE)) {
      return PAUSE;
    }
    if (NO_SYMPTOM.contains(failure.getCode())) {
      return NONE;
    }
    return switch (failure.getCategory()) {
      case REJECTED -> failure.getCode().equals(REFUSAL_CODE) ? REFUSAL : NONE;
      case INVALID, LEASE_LOST -> NONE;
      case OVERLOADED, RETRYABLE, TIMEOUT -> ILL;
    };
  }

  /** Returns whether the target failed. */
  public boolean isBad() {
    return this == ILL || this == QUOTA;
  }
}
