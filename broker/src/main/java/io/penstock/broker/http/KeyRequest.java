package io.penstock.broker.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.inference.DeadlineHeader;
import io.penstock.broker.tenants.ApiKey;
import io.penstock.broker.tenants.KeyLimits;
import io.penstock.broker.tenants.Role;
import io.penstock.schemas.ServiceClass;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Supplier;

/** Reads what an operator wants of a key. */
final class KeyRequest {

  /** What may be changed later, too. */
  private static final Set<String> CHANGEABLE =
      Set.of(
          "name",
          "service_class",
          "requests_per_minute",
          "tokens_per_minute",
          "queued_tokens",
          "expires_at",
          "expires_in");

  private static final Set<String> FIXED = Set.of("tenant", "role");

  private static final String OPERATORS = "operators";

  private KeyRequest() {}

  /**
   * A new key as it is to be kept.
   *
   * @throws ApiException naming the field at fault
   */
  static ApiKey read(byte[] body, String id, String hash, Instant now) {
    JsonNode json = object(body);
    requireKnown(json, true);
    Role role = role(json);
    Optional<String> tenant = text(json, "tenant");
    if (role == Role.ADMIN && tenant.isPresent()) {
      throw wrong("tenant", "a key of role admin belongs to none");
    }
    return valid(
        () ->
            new ApiKey(
                id,
                text(json, "name").orElse(id),
                role,
                hash,
                role == Role.ADMIN
                    ? OPERATORS
                    : tenant.orElseThrow(() -> wrong("tenant", "it is missing")),
                ceiling(json).orElse(ServiceClass.INTERACTIVE),
                limits(json, KeyLimits.NONE),
                now,
                expiry(json, now)));
  }

  /**
   * A key as it is to be from now on: what the body leaves out stays, and what is null in it goes.
   *
   * @throws ApiException naming the field at fault
   */
  static ApiKey change(byte[] body, ApiKey key, Instant now) {
    JsonNode json = object(body);
    requireKnown(json, false);
    boolean expires = json.has("expires_at") || json.has("expires_in");
    Optional<Instant> expiresAt = expires ? expiry(json, now) : key.expiresAt();
    if (expires && expiresAt.isPresent() && !expiresAt.get().isAfter(now)) {
      throw wrong("expires_at", "it is past; give an instant to come, or revoke the key");
    }
    return valid(
        () ->
            new ApiKey(
                key.id(),
                text(json, "name").orElse(key.name()),
                key.role(),
                key.hash(),
                key.tenant(),
                ceiling(json).orElse(key.ceiling()),
                limits(json, key.limits()),
                key.createdAt(),
                expiresAt));
  }

  private static ApiKey valid(Supplier<ApiKey> key) {
    try {
      return key.get();
    } catch (IllegalArgumentException fault) {
      throw new ApiException(ApiError.invalid(400, "invalid_value", fault.getMessage()));
    }
  }

  private static void requireKnown(JsonNode json, boolean isNew) {
    json.fieldNames()
        .forEachRemaining(
            name -> {
              if (FIXED.contains(name) && !isNew) {
                throw wrong(name, "it cannot be changed; make another key");
              }
              if (!FIXED.contains(name) && !CHANGEABLE.contains(name)) {
                throw wrong(name, "there is no such field");
              }
            });
  }

  private static Role role(JsonNode json) {
    return text(json, "role")
        .map(name -> Role.of(name).orElseThrow(() -> wrong("role", "it must be tenant or admin")))
        .orElse(Role.TENANT);
  }

  private static KeyLimits limits(JsonNode json, KeyLimits before) {
    return new KeyLimits(
        count(json, "requests_per_minute", before.requestsPerMinute()),
        count(json, "tokens_per_minute", before.tokensPerMinute()),
        count(json, "queued_tokens", before.queuedTokens()));
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

  private static OptionalLong count(JsonNode json, String field, OptionalLong before) {
    JsonNode value = json.path(field);
    if (value.isMissingNode()) {
      return before;
    }
    if (value.isNull()) {
      return OptionalLong.empty();
    }
    if (!value.canConvertToLong() || !value.isIntegralNumber()) {
      throw wrong(field, "it must be a whole number");
    }
    return OptionalLong.of(value.asLong());
  }

  private static Optional<ServiceClass> ceiling(JsonNode json) {
    return text(json, "service_class")
        .map(
            name ->
                Arrays.stream(ServiceClass.values())
                    .filter(each -> each.name().equalsIgnoreCase(name))
                    .findFirst()
                    .orElseThrow(
                        () -> wrong("service_class", "it must be interactive, standard or batch")));
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
