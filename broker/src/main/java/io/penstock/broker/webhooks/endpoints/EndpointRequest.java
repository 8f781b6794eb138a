package io.penstock.broker.webhooks.endpoints;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.ids.Names;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What a tenant says of an endpoint. The fields are those of OpenAI's API, and {@code enabled}.
 *
 * @param name what it is called
 * @param url where events are sent
 * @param eventTypes what it listens to
 * @param enabled whether events are sent to it
 */
public record EndpointRequest(
    Optional<String> name,
    Optional<URI> url,
    Optional<Set<EventType>> eventTypes,
    Optional<Boolean> enabled) {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> FIELDS = Set.of("name", "url", "event_types", "enabled");
  private static final int LONGEST_NAME = 256;

  /**
   * Reads a body.
   *
   * @throws ApiException with 400, naming the field that is wrong and the remedy
   */
  public static EndpointRequest read(byte[] body) {
    JsonNode json = object(body);
    json.fieldNames()
        .forEachRemaining(
            field -> {
              if (!FIELDS.contains(field)) {
                throw wrong(
                    field,
                    "unknown_parameter",
                    "is not a parameter of a webhook endpoint; remove it");
              }
            });
    return new EndpointRequest(
        text(json, "name").map(EndpointRequest::named),
        text(json, "url").map(EndpointRequest::url),
        given(json, "event_types").map(EndpointRequest::types),
        given(json, "enabled").map(EndpointRequest::truth));
  }

  /**
   * Reads a JSON object.
   *
   * @throws ApiException with 400 if the body is none
   */
  public static JsonNode object(byte[] body) {
    try {
      JsonNode json = JSON.readTree(body);
      if (json.isObject()) {
        return json;
      }
    } catch (IOException malformed) {
      // It is answered as what is no object.
    }
    throw new ApiException(
        ApiError.invalid(400, "invalid_json", "The body must be one JSON object."));
  }

  /**
   * The endpoint that this makes.
   *
   * @throws ApiException with 400 if something is missing
   */
  public WebhookEndpoint make(String id, String tenant, SigningSecrets secrets, Instant now) {
    return new WebhookEndpoint(
        id,
        tenant,
        name.orElseThrow(() -> missing("name")),
        url.orElseThrow(() -> missing("url")),
        eventTypes.orElseThrow(() -> missing("event_types")),
        secrets,
        now,
        now,
        enabled.orElse(true),
        now);
  }

  /** The endpoint that this makes of another. */
  public WebhookEndpoint change(WebhookEndpoint before, Instant now) {
    boolean anew = url.isPresent() || enabled.orElse(false);
    return new WebhookEndpoint(
        before.id(),
        before.tenant(),
        name.orElse(before.name()),
        url.orElse(before.url()),
        eventTypes.orElse(before.eventTypes()),
        before.secrets(),
        before.createdAt(),
        now,
        enabled.orElse(before.enabled()),
        anew ? now : before.enabledAt());
  }

  private static Optional<JsonNode> given(JsonNode json, String field) {
    return Optional.of(json.path(field)).filter(value -> !value.isMissingNode() && !value.isNull());
  }

  private static Optional<String> text(JsonNode json, String field) {
    return given(json, field)
        .map(
            value -> {
              if (!value.isTextual()) {
                throw wrong(field, "invalid_type", "must be a string");
              }
              return value.asText();
            });
  }

  private static String named(String name) {
    Names.fault(name, LONGEST_NAME)
        .ifPresent(
            fault -> {
              throw wrong("name", "invalid_value", fault);
            });
    return name;
  }

  private static URI url(String text) {
    try {
      return ReceiverUrl.of(text);
    } catch (IllegalArgumentException fault) {
      throw wrong("url", "invalid_url", String.valueOf(fault.getMessage()));
    }
  }

  private static Set<EventType> types(JsonNode value) {
    if (!value.isArray()) {
      throw wrong("event_types", "invalid_type", "must be an array of strings");
    }
    Set<EventType> types = EnumSet.noneOf(EventType.class);
    for (JsonNode each : value) {
      types.add(type("event_types", each.asText()));
    }
    return types;
  }

  /**
   * An event type by its name.
   *
   * @throws ApiException with 400, naming all types
   */
  public static EventType type(String field, String name) {
    return EventType.of(name)
        .orElseThrow(
            () ->
                wrong(
                    field,
                    "invalid_event_type",
                    "may hold %s; there is no other".formatted(EventType.all())));
  }

  private static boolean truth(JsonNode value) {
    if (!value.isBoolean()) {
      throw wrong("enabled", "invalid_type", "must be true or false");
    }
    return value.asBoolean();
  }

  private static ApiException missing(String field) {
    return wrong(field, "missing_required_parameter", "is missing; add it");
  }

  private static ApiException wrong(String field, String code, String fault) {
    return new ApiException(ApiError.invalid(field, code, "%s %s.".formatted(field, fault)));
  }
}
