package io.penstock.schemas.client;

/**
 * Why a submitted request has no result here. What became of the request is for each case to say.
 */
public abstract sealed class PenstockClientException extends RuntimeException {

  private final String requestId;

  private PenstockClientException(String requestId, String message) {
    super(message);
    this.requestId = requestId;
  }

  private PenstockClientException(String requestId, String message, Throwable cause) {
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

  /** As many requests as allowed are in flight. This one was not sent. */
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
}
