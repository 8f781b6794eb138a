package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DeadLetter;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Repetition;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ResultError;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.TokenUsage;
import io.penstock.schemas.topics.TopicNames;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes what the outside is told of a request: its result, its status, its dead letter. */
final class Announcements {

  private static final double PER_MILLION = 1e-6;

  private final TopicNames names;
  private final int partition;

  Announcements(TopicNames names, int partition) {
    this.names = names;
    this.partition = partition;
  }

  /** Tells the state that a request is in now. */
  Effect announce(DispatchEntry entry, RequestState state, Instant now) {
    return new Effect.Announce(status(entry, state, now));
  }

  private RequestStatus status(DispatchEntry entry, RequestState state, Instant now) {
    ScoredFacts facts = entry.getFacts();
    return RequestStatus.newBuilder()
        .setId(facts.getId())
        .setState(state)
        .setTenant(facts.getTenant())
        .setServiceClass(facts.getServiceClass())
        .setModel(facts.getChoice().getModel())
        .setPartition(partition)
        .setAttempts(entry.getAttempts())
        .setWorkerId(entry.getLease().map(DispatchLease::getWorkerId).orElse(null))
        .setBatchId(facts.getBatchId().orElse(null))
        .setCustomId(facts.getCustomId().orElse(null))
        .setFailure(entry.getLastFailure().orElse(null))
        .setReplyKey(facts.getReplyKey().orElse(null))
        .setChangedAt(now)
        .build();
  }

  RequestStatus finished(DispatchEntry entry, InferenceResult result, @Nullable Failure failure) {
    RequestState state =
        switch (result.getStatus()) {
          case SUCCEEDED -> RequestState.SUCCEEDED;
          case FAILED -> RequestState.FAILED;
          case EXPIRED -> RequestState.EXPIRED;
          case CANCELLED -> RequestState.CANCELLED;
        };
    return RequestStatus.newBuilder(status(entry, state, result.getFinishedAt()))
        .setFailure(failure)
        .setUsage(result.getUsage().orElse(null))
        .setWorkerId(result.getWorkerId().orElse(null))
        .setResultTopic(names.results())
        .build();
  }

  InferenceResult succeeded(DispatchEntry entry, AttemptOutcome outcome, Instant now) {
    return result(entry, TerminalStatus.SUCCEEDED, outcome, now)
        .setStatusCode(outcome.getStatusCode().orElse(200))
        .setBody(outcome.getBody().orElse(null))
        .build();
  }

  InferenceResult failed(
      DispatchEntry entry, Failure failure, @Nullable AttemptOutcome outcome, Instant now) {
    return result(entry, TerminalStatus.FAILED, outcome, now)
        .setStatusCode(failure.getStatusCode().orElse(statusCode(failure.getCategory())))
        .setError(error(failure))
        .build();
  }

  InferenceResult expired(DispatchEntry entry, @Nullable AttemptOutcome outcome, Instant now) {
    String message =
        "No result by the deadline %s, after %d attempts%s. Give a later deadline, or a class that is served sooner."
            .formatted(
                entry.getFacts().getDeadline(),
                entry.getAttempts(),
                entry
                    .getLastFailure()
                    .map(failure -> "; the last failed with " + failure.getCode())
                    .orElse(""));
    return result(entry, TerminalStatus.EXPIRED, outcome, now)
        .setStatusCode(408)
        .setError(
            new ResultError("timeout_error", "deadline_exceeded", message, "deadline", true, null))
        .build();
  }

  InferenceResult cancelled(DispatchEntry entry, @Nullable String reason, Instant now) {
    String message = "Cancelled" + (reason == null ? " as asked." : ": " + reason);
    return result(entry, TerminalStatus.CANCELLED, null, now)
        .setStatusCode(499)
        .setError(new ResultError("cancelled_error", "cancelled", message, null, false, null))
        .build();
  }

  /** Answers a request whose equal has ended: with how that one did, and without its body. */
  InferenceResult same(DispatchEntry again, DispatchFinished first, Instant now) {
    TerminalStatus status = first.getStatus().orElseThrow();
    String message =
        "An equal request with this id ended %s at %s; its result is on the results topic."
            .formatted(status, first.getAt());
    InferenceResult.Builder result =
        result(again, status, null, now)
            .setRepetition(Repetition.SAME)
            .setQueuedAt(null)
            .setFinishedAt(first.getAt());
    return switch (status) {
      case SUCCEEDED -> result.setStatusCode(200).build();
      case FAILED -> result.setStatusCode(500).setError(error("server_error", message)).build();
      case EXPIRED -> result.setStatusCode(408).setError(error("timeout_error", message)).build();
      case CANCELLED ->
          result.setStatusCode(499).setError(error("cancelled_error", message)).build();
    };
  }

  /** Refuses a request whose id is another's. */
  InferenceResult conflict(DispatchEntry again, Failure failure, Instant now) {
    return InferenceResult.newBuilder(failed(again, failure, null, now))
        .setRepetition(Repetition.CONFLICT)
        .setQueuedAt(null)
        .build();
  }

  private static ResultError error(String type, String message) {
    return new ResultError(type, "repeated", message, "id", false, null);
  }

  DeadLetter deadLetter(
      DispatchEntry entry, Failure failure, @Nullable AttemptOutcome outcome, Instant now) {
    ScoredFacts facts = entry.getFacts();
    return DeadLetter.newBuilder()
        .setRequestId(facts.getId())
        .setTenant(facts.getTenant())
        .setStage("dispatch")
        .setFailure(failure)
        .setAttempts(entry.getAttempts())
        .setSourceTopic(names.work(entry.getPayloadClass()))
        .setSourcePartition(entry.getPayloadPartition().orElse(partition))
        .setSourceOffset(entry.getPayloadOffset())
        .setRequest(Optional.ofNullable(outcome).flatMap(AttemptOutcome::getRequest).orElse(null))
        .setHeaders(Map.of())
        .setDeadAt(now)
        .setResultFormat(facts.getResultFormat().orElse(null))
        .build();
  }

  private InferenceResult.Builder result(
      DispatchEntry entry, TerminalStatus status, @Nullable AttemptOutcome outcome, Instant now) {
    ScoredFacts facts = entry.getFacts();
    Optional<AttemptOutcome> attempt = Optional.ofNullable(outcome);
    Optional<TokenUsage> usage = attempt.flatMap(AttemptOutcome::getUsage);
    return InferenceResult.newBuilder()
        .setId(facts.getId())
        .setTenant(facts.getTenant())
        .setEndpoint(facts.getEndpoint())
        .setStatus(status)
        .setServiceClass(facts.getServiceClass())
        .setRequestedModel(facts.getRequestedModel())
        .setChoice(facts.getChoice())
        .setWorkerId(
            attempt
                .map(AttemptOutcome::getWorkerId)
                .or(() -> entry.getLease().map(DispatchLease::getWorkerId))
                .orElse(null))
        .setEngine(attempt.map(AttemptOutcome::getEngine).orElse(null))
        .setAttempts(entry.getAttempts())
        .setUsage(usage.orElse(null))
        .setCost(usage.flatMap(tokens -> cost(facts, tokens)).orElse(null))
        .setBatchId(facts.getBatchId().orElse(null))
        .setCustomId(facts.getCustomId().orElse(null))
        .setReplyTopic(facts.getReplyTopic().orElse(null))
        .setResultFormat(facts.getResultFormat().orElse(null))
        .setAlsoAsJson(entry.getAlsoAsJson().orElse(null))
        .setReplyKey(facts.getReplyKey().orElse(null))
        .setWebhook(facts.getWebhook().orElse(null))
        .setCreatedAt(facts.getCreatedAt())
        .setAcceptedAt(facts.getAcceptedAt())
        .setScoredAt(facts.getScoredAt())
        .setQueuedAt(entry.getQueuedAt())
        .setLeasedAt(entry.getLease().map(DispatchLease::getGrantedAt).orElse(null))
        .setStartedAt(attempt.flatMap(AttemptOutcome::getStartedAt).orElse(null))
        .setFirstTokenAt(attempt.flatMap(AttemptOutcome::getFirstTokenAt).orElse(null))
        .setEngineFinishedAt(attempt.map(AttemptOutcome::getFinishedAt).orElse(null))
        .setFinishedAt(now);
  }

  /** The price by the registry at the time of choice; unknown where a needed price is. */
  private static Optional<Double> cost(ScoredFacts facts, TokenUsage usage) {
    if (facts.getInputPricePerMillion().isEmpty()
        || (usage.getCompletionTokens() > 0 && facts.getOutputPricePerMillion().isEmpty())) {
      return Optional.empty();
    }
    double input = usage.getPromptTokens() * facts.getInputPricePerMillion().get();
    double output = usage.getCompletionTokens() * facts.getOutputPricePerMillion().orElse(0.0);
    return Optional.of((input + output) * PER_MILLION);
  }

  private static ResultError error(Failure failure) {
    String type =
        switch (failure.getCategory()) {
          case INVALID, REJECTED -> "invalid_request_error";
          case OVERLOADED -> "overloaded_error";
          case TIMEOUT -> "timeout_error";
          case RETRYABLE, LEASE_LOST -> "server_error";
        };
    boolean retryable =
        switch (failure.getCategory()) {
          case INVALID, REJECTED -> false;
          case OVERLOADED, RETRYABLE, TIMEOUT, LEASE_LOST -> true;
        };
    return new ResultError(
        type,
        failure.getCode(),
        failure.getMessage(),
        failure.getField().orElse(null),
        retryable,
        failure.getRetryAfterMillis().orElse(null));
  }

  private static int statusCode(FailureCategory category) {
    return switch (category) {
      case INVALID, REJECTED -> 400;
      case OVERLOADED -> 503;
      case RETRYABLE -> 500;
      case LEASE_LOST -> 502;
      case TIMEOUT -> 504;
    };
  }
}
