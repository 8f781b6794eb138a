package io.penstock.workers.outcome;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.OutcomeKind;

/** Writes small failures that replace outcomes that cannot be sent as they are. */
final class SmallOutcome {

  private static final String UNWRITABLE = "outcome_unwritable";

  private SmallOutcome() {}

  static AttemptOutcome tooLarge(AttemptOutcome outcome, Exception problem) {
    String message =
        "The outcome exceeds what the outcomes topic takes: %s. Ask for less output or raise maxRequestBytes"
            .formatted(problem.getMessage());
    return of(outcome, FailureCategory.REJECTED, "answer_too_large", message);
  }

  static AttemptOutcome unwritable(AttemptOutcome outcome, Exception problem) {
    String message = "The outcome cannot be written: " + problem.getMessage();
    return of(outcome, FailureCategory.RETRYABLE, UNWRITABLE, message);
  }

  /** Returns whether the outcome already replaces one that could not be written. */
  static boolean isUnwritable(AttemptOutcome outcome) {
    return outcome.getFailure().filter(f -> f.getCode().equals(UNWRITABLE)).isPresent();
  }

  private static AttemptOutcome of(
      AttemptOutcome outcome, FailureCategory category, String code, String message) {
    return new AttemptOutcome(
        outcome.getRequestId(),
        outcome.getAttempt(),
        outcome.getWorkerId(),
        outcome.getSession(),
        OutcomeKind.FAILED,
        null,
        null,
        new Failure(category, code, message, null, null, null),
        null,
        outcome.getEngine(),
        outcome.getReceivedAt(),
        outcome.getStartedAt().orElse(null),
        outcome.getFirstTokenAt().orElse(null),
        outcome.getFinishedAt(),
        null,
        outcome.getTenant().orElse(null));
  }
}
