package io.penstock.broker.webhooks.endpoints;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.home.StateEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * How endpoints, and what is known of them, stand in the front topic. A field that is not known is
 * ignored, so that an older instance can read what a newer one wrote.
 */
public final class EndpointCodec {

  /** The kind of an endpoint's entry. */
  public static final String KIND = "webhook-endpoint";

  /** The kind of an {@link EndpointStatus}. */
  public static final String STATUS = "webhook-endpoint-status";

  private static final ObjectMapper JSON = new ObjectMapper();

  private EndpointCodec() {}

  public static StateEntry entry(WebhookEndpoint endpoint) {
    ObjectNode json =
        JSON.createObjectNode()
            .put("id", endpoint.id())
            .put("tenant", endpoint.tenant())
            .put("name", endpoint.name())
            .put("url", endpoint.url().toString())
            .put("secret", endpoint.secrets().current())
            .put("createdAt", endpoint.createdAt().toString())
            .put("updatedAt", endpoint.updatedAt().toString())
            .put("enabled", endpoint.enabled())
            .put("enabledAt", endpoint.enabledAt().toString());
    endpoint.secrets().previous().ifPresent(secret -> json.put("previousSecret", secret));
    endpoint
        .secrets()
        .previousUntil()
        .ifPresent(until -> json.put("previousUntil", until.toString()));
    ArrayNode types = json.putArray("eventTypes");
    endpoint.eventTypes().stream().sorted().forEach(type -> types.add(type.wire()));
    return new StateEntry(KIND, endpoint.id(), bytes(json));
  }

  public static StateEntry entry(String endpoint, EndpointStatus status) {
    ObjectNode json = JSON.createObjectNode();
    status.goneAt().ifPresent(at -> json.put("goneAt", at.toString()));
    status.droppedAt().ifPresent(at -> json.put("droppedAt", at.toString()));
    return new StateEntry(STATUS, endpoint, bytes(json));
  }

  /**
   * Reads an endpoint.
   *
   * @throws IllegalArgumentException if the document is none
   */
  public static WebhookEndpoint endpoint(byte[] document) {
    JsonNode json = tree(document);
    Set<EventType> types = EnumSet.noneOf(EventType.class);
    json.path("eventTypes").forEach(each -> EventType.of(each.asText()).ifPresent(types::add));
    return new WebhookEndpoint(
        json.path("id").asText(),
        json.path("tenant").asText(),
        json.path("name").asText(),
        URI.create(json.path("url").asText()),
        types,
        new SigningSecrets(
            json.path("secret").asText(),
            Optional.ofNullable(json.path("previousSecret").textValue()),
            time(json, "previousUntil")),
        time(json, "createdAt").orElseThrow(EndpointCodec::damaged),
        time(json, "updatedAt").orElseThrow(EndpointCodec::damaged),
        json.path("enabled").asBoolean(),
        time(json, "enabledAt").orElseThrow(EndpointCodec::damaged));
  }

  /**
   * Reads what is known of an endpoint.
   *
   * @throws IllegalArgumentException if the document is something else
   */
  public static EndpointStatus status(byte[] document) {
    JsonNode json = tree(document);
    return new EndpointStatus(time(json, "goneAt"), time(json, "droppedAt"));
  }

  private static Optional<Instant> time(JsonNode json, String field) {
    return Optional.ofNullable(json.path(field).textValue()).map(Instant::parse);
  }

  private static JsonNode tree(byte[] document) {
    try {
      return JSON.readTree(document);
    } catch (IOException malformed) {
      throw new IllegalArgumentException("the entry is not JSON", malformed);
    }
  }

  private static IllegalArgumentException damaged() {
    return new IllegalArgumentException("the entry lacks a time");
  }

  private static byte[] bytes(ObjectNode json) {
    try {
      return JSON.writeValueAsBytes(json);
    } catch (IOException inMemory) {
      throw new UncheckedIOException(inMemory);
    }
  }
}
