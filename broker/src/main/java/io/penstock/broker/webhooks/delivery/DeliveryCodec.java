package io.penstock.broker.webhooks.delivery;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.webhooks.endpoints.EventType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Optional;

/**
 * How deliveries stand in the front topic. A field that is not known is ignored, so that an older
 * instance can read what a newer one wrote.
 */
public final class DeliveryCodec {

  /** The kind of a delivery that is pending. */
  public static final String PENDING = "webhook-delivery";

  /** The kind of a {@link DeadLetter}. */
  public static final String DEAD = "webhook-dead-letter";

  /**
   * The kind of the entry that says up to where the results of a partition were read for events.
   * Its id is the number of the partition.
   */
  static final String POSITION = "webhook-position";

  private static final ObjectMapper JSON = new ObjectMapper();

  private DeliveryCodec() {}

  static StateEntry entry(Delivery delivery) {
    return new StateEntry(PENDING, delivery.id(), bytes(json(delivery)));
  }

  static StateEntry entry(DeadLetter letter) {
    ObjectNode json = json(letter.delivery());
    json.put("reason", letter.reason()).put("deadAt", letter.at().toString());
    return new StateEntry(DEAD, letter.id(), bytes(json));
  }

  static StateEntry position(int partition, long offset) {
    return new StateEntry(
        POSITION,
        Integer.toString(partition),
        bytes(JSON.createObjectNode().put("offset", offset)));
  }

  static long position(StateEntry entry) {
    return tree(entry.document()).path("offset").asLong();
  }

  private static ObjectNode json(Delivery delivery) {
    WebhookEvent event = delivery.event();
    ObjectNode json =
        JSON.createObjectNode()
            .put("tenant", event.tenant())
            .put("type", event.type().wire())
            .put("subject", event.subject())
            .put("at", event.at().toString())
            .put("home", event.home())
            .put("endpoint", delivery.endpoint())
            .put("begunAt", delivery.begunAt().toString())
            .put("attempts", delivery.attempts())
            .put("dueAt", delivery.dueAt().toString());
    delivery.failure().ifPresent(why -> json.put("failure", why));
    return json;
  }

  /**
   * Reads a delivery.
   *
   * @throws IllegalArgumentException if the document is none
   */
  static Delivery delivery(byte[] document) {
    return delivery(tree(document));
  }

  /**
   * Reads a dead letter.
   *
   * @throws IllegalArgumentException if the document is none
   */
  static DeadLetter deadLetter(byte[] document) {
    JsonNode json = tree(document);
    return new DeadLetter(delivery(json), json.path("reason").asText(), time(json, "deadAt"));
  }

  private static Delivery delivery(JsonNode json) {
    WebhookEvent event =
        new WebhookEvent(
            json.path("tenant").asText(),
            EventType.of(json.path("type").asText())
                .orElseThrow(() -> new IllegalArgumentException("the entry has no known type")),
            json.path("subject").asText(),
            time(json, "at"),
            json.path("home").asText(),
            Optional.empty());
    return new Delivery(
        event,
        json.path("endpoint").asText(),
        time(json, "begunAt"),
        json.path("attempts").asInt(),
        time(json, "dueAt"),
        Optional.ofNullable(json.path("failure").textValue()));
  }

  private static Instant time(JsonNode json, String field) {
    return Instant.parse(json.path(field).asText());
  }

  private static JsonNode tree(byte[] document) {
    try {
      return JSON.readTree(document);
    } catch (IOException malformed) {
      throw new IllegalArgumentException("the entry is not JSON", malformed);
    }
  }

  private static byte[] bytes(ObjectNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException inMemory) {
      throw new UncheckedIOException(inMemory);
    }
  }
}
