package io.penstock.broker.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.inference.DeadlineHeader;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.schemas.ServiceClass;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** Reads what an operator wants of a new key. */
final class KeyRequest {

  private static final Set<String> FIELDS =
      Set.of(
          "name",
          "tenant",
          "service_class",
          "requests_per_minute",
          "tokens_per_minute",
          "queued_tokens",
          "expires_at",
          "expires_in");

  private KeyRequest() {}

  /**
   * The key as it is to be kept.
   *
   * @throws ApiException naming the field at fault
   */
  static ApiKey read(byte[] body, String id, String hash, Instant now) {
    JsonNode json = object(body);
    json.fieldNames()
        .forEachRemaining(
            name -> {
              if (!FIELDS.contains(name)) {
                throw wrong(name, "there is no such field");
              }
            });
    KeyLimits limits;
    try {
      limits =
          new KeyLimits(
              count(json, "requests_per_minute"),
              count(json, "tokens_per_minute"),
              count(json, "queued_tokens"));
      return new ApiKey(
          id,
          text(json, "name").orElse(id),
          hash,
          text(json, "tenant").orElseThrow(() -> wrong("tenant", "it is missing")),
          ceiling(json),
          limits,
          now,
          expiry(json, now));
    } catch (IllegalArgumentException fault) {
      throw new ApiException(ApiError.invalid(400, "invalid_value", fault.getMessage()));
    }
  }

  private static JsonNode object(byte[] body) {
    try {
      JsonNode json = Replies.JSON.readTree(body);
      if (json.isObject()) {
        return json;
      }
    } catch (IOException malformed) {
      // It is answered as what is no object.
    }
    throw new ApiException(
        ApiError.invalid(400, "invalid_json", "The body must be a JSON object."));
  }

  private static Optional<String> text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw wrong(field, "it must be a string");
    }
    return Optional.of(value.asText());
  }

  private static OptionalLong count(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return OptionalLong.empty();
    }
    if (!value.canConvertToLong() || !value.isIntegralNumber()) {
      throw wrong(field, "it must be a whole number");
    }
    return OptionalLong.of(value.asLong());
  }

  private static ServiceClass ceiling(JsonNode json) {
    Optional<String> name = text(json, "service_class");
    return name.isEmpty()
        ? ServiceClass.INTERACTIVE
        : Arrays.stream(ServiceClass.values())
            .filter(each -> each.name().equalsIgnoreCase(name.get()))
            .findFirst()
            .orElseThrow(() -> wrong("service_class", "it must be interactive, standard or batch"));
  }

  private static Optional<Instant> expiry(JsonNode json, Instant now) {
    Optional<String> at = text(json, "expires_at");
    Optional<String> in = text(json, "expires_in");
    if (at.isPresent() && in.isPresent()) {
      throw wrong("expires_in", "give it or expires_at, not both");
    }
    try {
      return at.map(text -> OffsetDateTime.parse(text).toInstant())
          .or(
              () ->
                  in.map(
                      text ->
                          now.plus(
                              DeadlineHeader.length(text)
                                  .orElseThrow(
                                      () ->
                                          wrong(
                                              "expires_in",
                                              "it must be a length such as 24h or 90d")))));
    } catch (DateTimeException malformed) {
      throw wrong("expires_at", "it must be an instant such as 2026-01-31T12:00:00Z");
    }
  }

  private static ApiException wrong(String field, String fault) {
    return new ApiException(
        ApiError.invalid(field, "invalid_value", "'%s' is wrong: %s.".formatted(field, fault)));
  }
}
