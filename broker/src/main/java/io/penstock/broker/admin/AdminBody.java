package io.penstock.broker.admin;

import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.http.JsonBody;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads what operators send: the JSON object that a body must be, and what queries share. */
final class AdminBody {

  private static final ObjectMapper STRICT =
      JsonMapper.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private static final int LONGEST_REASON = 500;

  private AdminBody() {}

  /**
   * The object.
   *
   * @throws ApiException if it is none
   */
  static ObjectNode object(byte @Nullable [] body) {
    return JsonBody.object(STRICT, body == null ? new byte[0] : body);
  }

  /** The same with these fields only; a missing body is an empty object. */
  static ObjectNode optional(@Nullable String body, String... fields) {
    ObjectNode object =
        body == null || body.isEmpty()
            ? STRICT.createObjectNode()
            : object(body.getBytes(StandardCharsets.UTF_8));
    requireOnly(object, Set.of(fields));
    return object;
  }

  /** Refuses fields that there are not. */
  static void requireOnly(ObjectNode object, Set<String> fields) {
    object
        .fieldNames()
        .forEachRemaining(
            name -> {
              if (!fields.contains(name)) {
                throw wrong(
                    name,
                    "there is no such field; known are "
                        + String.join(", ", new TreeSet<>(fields)));
              }
            });
  }

  static Optional<String> text(ObjectNode object, String field) {
    JsonNode value = object.path(field);
    if (value.isMissingNode() || value.isNull()) {
      return Optional.empty();
    }
    if (!value.isTextual()) {
      throw wrong(field, "it must be a string");
    }
    return Optional.of(value.asText());
  }

  /** Why somebody changes something, for whoever looks later. */
  static Optional<String> reason(ObjectNode object) {
    Optional<String> reason = text(object, "reason").filter(text -> !text.isBlank());
    if (reason.isPresent() && reason.get().length() > LONGEST_REASON) {
      throw wrong("reason", "it may have %d characters; shorten it".formatted(LONGEST_REASON));
    }
    return reason;
  }

  /**
   * Sees to it that the object has the name that the path has.
   *
   * @throws ApiException if it has another
   */
  static ObjectNode named(ObjectNode object, String name) {
    Optional<String> given = text(object, "name");
    if (given.isPresent() && !given.get().equals(name)) {
      throw wrong("name", "it must be '%s', as in the path, or left out".formatted(name));
    }
    return object.put("name", name);
  }

  /**
   * Reads how many there may be at most.
   *
   * @param most the highest limit
   * @param usual the limit where none is given
   */
  static int limit(@Nullable String limit, int most, int usual) {
    if (limit == null) {
      return usual;
    }
    try {
      int number = Integer.parseInt(limit);
      if (number >= 1 && number <= most) {
        return number;
      }
    } catch (NumberFormatException noNumber) {
      // It is answered as what is out of range.
    }
    throw wrong("limit", "it must be from 1 to " + most);
  }

  static ApiException wrong(String field, String fault) {
    return new ApiException(
        ApiError.invalid(field, "invalid_value", "'%s' is wrong: %s.".formatted(field, fault)));
  }
}
