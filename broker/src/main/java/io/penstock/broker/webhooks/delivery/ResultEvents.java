package io.penstock.broker.webhooks.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.submission.WebhookChoice;
import io.penstock.broker.webhooks.endpoints.EventType;
import io.penstock.schemas.InferenceResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * What a result tells. A request whose id begins with {@code resp_} is a response of OpenAI's; it
 * is incomplete if the engine stopped before the answer was whole.
 */
final class ResultEvents {

  private static final String RESPONSE = "resp_";
  private static final ObjectMapper JSON = new ObjectMapper();

  private ResultEvents() {}

  /** The event of a request that wants to be told of; empty if nobody is to be told. */
  static Optional<WebhookEvent> of(InferenceResult result) {
    return result
        .getWebhook()
        .map(
            choice ->
                new WebhookEvent(
                    result.getTenant(),
                    result.getId().startsWith(RESPONSE) ? ofResponse(result) : ofRequest(result),
                    result.getId(),
                    result.getFinishedAt(),
                    result.getReplyKey().orElse(result.getId()),
                    Optional.of(choice).filter(id -> !id.equals(WebhookChoice.TENANT))));
  }

  private static EventType ofRequest(InferenceResult result) {
    return switch (result.getStatus()) {
      case SUCCEEDED -> EventType.REQUEST_SUCCEEDED;
      case FAILED -> EventType.REQUEST_FAILED;
      case EXPIRED -> EventType.REQUEST_EXPIRED;
      case CANCELLED -> EventType.REQUEST_CANCELLED;
    };
  }

  private static EventType ofResponse(InferenceResult result) {
    return switch (result.getStatus()) {
      case SUCCEEDED ->
          result.getBody().filter(ResultEvents::isCut).isPresent()
              ? EventType.RESPONSE_INCOMPLETE
              : EventType.RESPONSE_COMPLETED;
      case FAILED, EXPIRED -> EventType.RESPONSE_FAILED;
      case CANCELLED -> EventType.RESPONSE_CANCELLED;
    };
  }

  /** As a chat completion says it, and as a response does. */
  private static boolean isCut(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    try {
      JsonNode json = JSON.readTree(bytes);
      String reason = json.at("/choices/0/finish_reason").asText();
      return reason.equals("length")
          || reason.equals("content_filter")
          || json.path("status").asText().equals("incomplete");
    } catch (IOException noJson) {
      return false;
    }
  }
}
