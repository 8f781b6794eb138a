package io.penstock.broker.tenants;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.home.StateEntry;
import io.penstock.schemas.ServiceClass;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/** How API keys, and their last uses, stand in the front topic. */
public final class KeyDocument {

  /** The kind of a key's entry. */
  public static final String KIND = "api-key";

  /**
   * The kind of an entry that says when a key was last used. Each instance writes it to a partition
   * that it owns, so that a key has several; the latest counts.
   */
  public static final String USE = "api-key-use";

  private static final ObjectMapper JSON = new ObjectMapper();

  private KeyDocument() {}

  public static StateEntry write(ApiKey key) {
    ObjectNode document =
        JSON.createObjectNode()
            .put("id", key.id())
            .put("name", key.name())
            .put("role", key.role().toString())
            .put("hash", key.hash())
            .put("tenant", key.tenant())
            .put("ceiling", key.ceiling().name())
            .put("createdAt", key.createdAt().toString());
    key.expiresAt().ifPresent(at -> document.put("expiresAt", at.toString()));
    KeyLimits limits = key.limits();
    limits.requestsPerMinute().ifPresent(n -> document.put("requestsPerMinute", n));
    limits.tokensPerMinute().ifPresent(n -> document.put("tokensPerMinute", n));
    limits.queuedTokens().ifPresent(n -> document.put("queuedTokens", n));
    return entry(KIND, key.id(), document);
  }

  public static StateEntry use(String keyId, Instant at) {
    return entry(USE, keyId, JSON.createObjectNode().put("at", at.toString()));
  }

  private static StateEntry entry(String kind, String id, ObjectNode document) {
    try {
      return new StateEntry(kind, id, JSON.writeValueAsBytes(document));
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
  }

  /**
   * Reads a key.
   *
   * @throws IllegalArgumentException if the document is none
   */
  public static ApiKey read(byte[] document) {
    JsonNode json = tree(document);
    return new ApiKey(
        json.path("id").asText(),
        json.path("name").asText(),
        role(json.path("role")),
        json.path("hash").asText(),
        json.path("tenant").asText(),
        ServiceClass.valueOf(json.path("ceiling").asText()),
        new KeyLimits(
            count(json, "requestsPerMinute"),
            count(json, "tokensPerMinute"),
            count(json, "queuedTokens")),
        Instant.parse(json.path("createdAt").asText()),
        json.hasNonNull("expiresAt")
            ? Optional.of(Instant.parse(json.path("expiresAt").asText()))
            : Optional.empty());
  }

  /** Keys of an earlier version have none. A role of a later version is not guessed at. */
  private static Role role(JsonNode role) {
    return role.isMissingNode()
        ? Role.TENANT
        : Role.of(role.asText())
            .orElseThrow(() -> new IllegalArgumentException("the entry has no known role"));
  }

  /**
   * When a key was used.
   *
   * @throws IllegalArgumentException if the document says no time
   */
  public static Instant readUse(byte[] document) {
    try {
      return Instant.parse(tree(document).path("at").asText());
    } catch (DateTimeException malformed) {
      throw new IllegalArgumentException("its time is malformed", malformed);
    }
  }

  private static JsonNode tree(byte[] document) {
    try {
      return JSON.readTree(document);
    } catch (IOException malformed) {
      throw new IllegalArgumentException("the entry is not JSON", malformed);
    }
  }

  private static OptionalLong count(JsonNode json, String field) {
    return json.hasNonNull(field)
        ? OptionalLong.of(json.path(field).asLong())
        : OptionalLong.empty();
  }
}
