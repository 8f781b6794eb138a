package io.penstock.broker.webhooks;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.webhooks.delivery.DeadLetter;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.broker.webhooks.endpoints.EventType;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;

/**
 * OpenAI's webhook endpoint object, and the dead letter, which is ours. Of the endpoint's fields
 * {@code enabled}, {@code disabled_reason} and {@code events_dropped_at} are ours.
 */
final class EndpointJson {

  private EndpointJson() {}

  static ObjectNode of(WebhookEndpoint endpoint, EndpointDirectory directory) {
    ObjectNode json =
        JsonNodeFactory.instance
            .objectNode()
            .put("id", endpoint.id())
            .put("object", "webhook_endpoint")
            .put("created_at", endpoint.createdAt().getEpochSecond())
            .put("updated_at", endpoint.updatedAt().getEpochSecond())
            .put("name", endpoint.name())
            .put("url", endpoint.url().toString())
            .put("signing_secret_hint", endpoint.secrets().hint())
            .put("enabled", directory.isActive(endpoint));
    ArrayNode types = json.putArray("event_types");
    endpoint.eventTypes().stream().sorted().map(EventType::wire).forEach(types::add);
    if (directory.isGone(endpoint)) {
      json.put(
          "disabled_reason", "the receiver answered 410 Gone; set enabled to true to try again");
    }
    directory
        .status(endpoint.id())
        .droppedAt()
        .ifPresent(at -> json.put("events_dropped_at", at.getEpochSecond()));
    return json;
  }

  /** The only form that shows the secret. */
  static ObjectNode withSecret(WebhookEndpoint endpoint, EndpointDirectory directory) {
    return of(endpoint, directory).put("signing_secret", endpoint.secrets().current());
  }

  static ObjectNode of(DeadLetter letter) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("id", letter.id())
        .put("object", "webhook_dead_letter")
        .put("tenant", letter.delivery().event().tenant())
        .put("webhook_endpoint_id", letter.delivery().endpoint())
        .put("event_id", letter.delivery().event().id())
        .put("event_type", letter.delivery().event().type().wire())
        .put("subject_id", letter.delivery().event().subject())
        .put("event_at", letter.delivery().event().at().getEpochSecond())
        .put("attempts", letter.delivery().attempts())
        .put("reason", letter.reason())
        .put("created_at", letter.at().getEpochSecond());
  }
}
