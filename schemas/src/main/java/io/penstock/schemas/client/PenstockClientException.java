package io.penstock.schemas.client;

import io.penstock.schemas.InferenceResult;
import org.jspecify.annotations.Nullable;

/** Says why a submitted request has no result here. Each case says what became of the request. */
public abstract sealed class PenstockClientException extends RuntimeException {

  private final String requestId;

  private PenstockClientException(String requestId, String message) {
    super(message);
    this.requestId = requestId;
  }

  private PenstockClientException(String requestId, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.requestId = requestId;
  }

  public String requestId() {
    return requestId;
  }

  /** No result by the deadline and the grace after it. It may still come, to the reply topic. */
  public static final class ResultTimeout extends PenstockClientException {
    ResultTimeout(String requestId, String replyTopic) {
      super(
          requestId,
          "no result of request %s in time; it may still arrive on %s: look there, ask for its status, or cancel it"
              .formatted(requestId, replyTopic));
    }
  }

  /**
   * Kafka did not confirm the request. It may have been written all the same; submitting it again
   * under the same id is safe.
   */
  public static final class NotSent extends PenstockClientException {
    NotSent(String requestId, Throwable cause) {
      super(
          requestId,
          "request %s was not confirmed by Kafka: %s; submit it again with the same id"
              .formatted(requestId, cause.getMessage()),
          cause);
    }
  }

  /** The allowed number of requests is in flight. This one was not sent. */
  public static final class Saturated extends PenstockClientException {
    Saturated(String requestId, int maxInFlight) {
      super(
          requestId,
          "request %s was not sent: %d are in flight; await some, or raise maxInFlight"
              .formatted(requestId, maxInFlight));
    }
  }

  /** The client was closed, by its user or by a failure. The request, if sent, is served anyway. */
  public static final class Closed extends PenstockClientException {
    Closed(String requestId, String replyTopic) {
      super(
          requestId,
          "the client is closed; a result of request %s, if it was sent, arrives on %s"
              .formatted(requestId, replyTopic));
    }

    Closed(String requestId, String replyTopic, Throwable cause) {
      super(
          requestId,
          "the client failed: %s; a result of request %s, if it was sent, arrives on %s"
              .formatted(cause.getMessage(), requestId, replyTopic),
          cause);
    }
  }

  /**
   * The tenant used this id before, for another request. This one was refused and not run; the
   * first one is not touched.
   */
  public static final class IdConflict extends PenstockClientException {
    private final transient InferenceResult refusal;

    IdConflict(InferenceResult refusal) {
      super(
          refusal.getId(),
          "id %s of tenant %s was used before for another request, so this one was refused (409, id_conflict); give it an id of its own, or send what was sent first"
              .formatted(refusal.getId(), refusal.getTenant()));
      this.refusal = refusal;
    }

    /** The record that refuses it. */
    public InferenceResult refusal() {
      return refusal;
    }
  }

  /**
   * An equal request of this id ended before, so this one was not run; and the first one's result
   * cannot be had, usually because it is past its retention.
   */
  public static final class FirstResultMissing extends PenstockClientException {
    private final transient InferenceResult ending;

    FirstResultMissing(InferenceResult ending, @Nullable Throwable cause) {
      super(
          ending.getId(),
          "request %s was submitted before and ended %s (%d) at %s, so it was not run again; %s"
              .formatted(
                  ending.getId(),
                  ending.getStatus(),
                  ending.getStatusCode(),
                  ending.getFinishedAt(),
                  cause == null
                      ? "its result is not kept any more: submit it under a new id to run it again"
                      : "its result could not be read (%s): submit it again to look once more"
                          .formatted(cause.getMessage())),
          cause);
      this.ending = ending;
    }

    /** Returns how the first request ended: its result without the body. */
    public InferenceResult ending() {
      return ending;
    }
  }
}
