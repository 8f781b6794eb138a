package io.penstock.workers.lease;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.Lease;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.TokenUsage;
import io.penstock.workers.engine.EngineReply;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Writes the outcomes of attempts. */
record Outcomes(WorkerIdentity identity, int maxAnswerBytes) {

  AttemptOutcome replied(Attempt attempt, EngineReply reply, Instant now) {
    return switch (reply) {
      case EngineReply.Answered(int statusCode, byte[] body, TokenUsage usage) ->
          body.length > maxAnswerBytes
              ? failed(attempt, tooLarge(body.length), now)
              : outcome(attempt, OutcomeKind.SUCCEEDED, statusCode, body, null, usage, null, now);
      case EngineReply.Failed(Failure failure) -> failed(attempt, failure, now);
    };
  }

  /** Adds the request where no attempt can follow, so that it can be replayed. */
  AttemptOutcome failed(Attempt attempt, Failure failure, Instant now) {
    boolean last = attempt.lease().getLastAttempt() || isFinal(failure.getCategory());
    return outcome(
        attempt,
        OutcomeKind.FAILED,
        failure.getStatusCode().orElse(null),
        null,
        failure,
        null,
        last ? attempt.request() : null,
        now);
  }

  AttemptOutcome stopped(Attempt attempt, StopReason reason, Instant now) {
    return switch (reason) {
      case CANCELLED -> plain(attempt, OutcomeKind.CANCELLED, now);
      case RELEASED -> plain(attempt, OutcomeKind.RELEASED, now);
      case TIMED_OUT -> failed(attempt, timedOut(attempt, now), now);
    };
  }

  static Failure failure(FailureCategory category, String code, String message) {
    return new Failure(category, code, message, null, null, null);
  }

  static Failure deadlinePassed(Lease lease) {
    return failure(
        FailureCategory.TIMEOUT,
        "deadline_passed",
        "The deadline %s passed before the engine could start; give more time or add workers"
            .formatted(lease.getDeadline()));
  }

  static Failure payloadTimeout(Duration within) {
    return failure(
        FailureCategory.RETRYABLE,
        "payload_timeout",
        "The worker could not read and start the request within %s; see its health and log"
            .formatted(within));
  }

  static Failure interrupted() {
    return failure(
        FailureCategory.RETRYABLE,
        "engine_interrupted",
        "The engine's thread was interrupted by somebody else; try again");
  }

  private AttemptOutcome plain(Attempt attempt, OutcomeKind kind, Instant now) {
    return outcome(attempt, kind, null, null, null, null, null, now);
  }

  private static Failure timedOut(Attempt attempt, Instant now) {
    return now.isBefore(attempt.deadline())
        ? failure(
            FailureCategory.TIMEOUT,
            "attempt_timeout",
            "The engine did not finish within the worker's attempt time-out")
        : failure(
            FailureCategory.TIMEOUT,
            "deadline_passed",
            "The deadline %s passed while the engine was running the request"
                .formatted(attempt.lease().getDeadline()));
  }

  private Failure tooLarge(int bytes) {
    return failure(
        FailureCategory.REJECTED,
        "answer_too_large",
        "The answer has %d bytes; the topics take %d. Ask for less output or raise maxRequestBytes"
            .formatted(bytes, maxAnswerBytes));
  }

  private static boolean isFinal(FailureCategory category) {
    return switch (category) {
      case INVALID, REJECTED -> true;
      case OVERLOADED, RETRYABLE, TIMEOUT, LEASE_LOST -> false;
    };
  }

  private AttemptOutcome outcome(
      Attempt attempt,
      OutcomeKind kind,
      @Nullable Integer statusCode,
      byte @Nullable [] body,
      @Nullable Failure failure,
      @Nullable TokenUsage usage,
      @Nullable InferenceRequest request,
      Instant now) {
    Lease lease = attempt.lease();
    return new AttemptOutcome(
        lease.getRequestId(),
        lease.getAttempt(),
        identity.workerId(),
        lease.getSession(),
        kind,
        statusCode,
        body == null ? null : ByteBuffer.wrap(body),
        failure,
        usage,
        identity.engine(),
        attempt.receivedAt(),
        attempt.startedAt(),
        attempt.firstTokenAt(),
        now,
        request,
        lease.getTenant());
  }
}
