package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.math.BigDecimal;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/**
 * Reads the fields of one object of a body. A field with the value null counts as left out. Each
 * fault is an {@link ApiException} that names the field by its path.
 */
final class BodyFields {

  private final String path;
  private final ObjectNode object;
  private final Set<String> read = new HashSet<>();

  /**
   * @param path where the object stands in the body, such as {@code text.format}; empty at its top
   */
  BodyFields(String path, ObjectNode object) {
    this.path = path;
    this.object = object;
  }

  /** An object that is a value of the body. */
  static BodyFields of(String path, JsonNode value) {
    if (value instanceof ObjectNode object) {
      return new BodyFields(path, object);
    }
    throw invalid(path, "must be an object");
  }

  /** The same object as the top of a body, whose fields have no path before them. */
  BodyFields atTop() {
    return new BodyFields("", object);
  }

  /** The path of a field. */
  String at(String field) {
    return path.isEmpty() ? field : path + "." + field;
  }

  /** The value of a field; empty if it was left out. */
  Optional<JsonNode> value(String field) {
    read.add(field);
    JsonNode value = object.get(field);
    return value == null || value.isNull() ? Optional.empty() : Optional.of(value);
  }

  Optional<String> text(String field) {
    return value(field)
        .map(
            value -> {
              if (!value.isTextual()) {
                throw wrong(field, "must be a string");
              }
              return value.textValue();
            });
  }

  Optional<String> text(String field, int mostCharacters) {
    Optional<String> text = text(field);
    if (text.isPresent() && text.get().length() > mostCharacters) {
      throw wrong(field, "must have at most %d characters".formatted(mostCharacters));
    }
    return text;
  }

  String requiredText(String field) {
    return text(field).orElseThrow(() -> wrong(field, "is missing; give a string"));
  }

  Optional<String> oneOf(String field, List<String> values) {
    Optional<String> text = text(field);
    if (text.isPresent() && !values.contains(text.get())) {
      throw wrong(field, "must be one of %s".formatted(String.join(", ", values)));
    }
    return text;
  }

  Optional<Boolean> flag(String field) {
    return value(field)
        .map(
            value -> {
              if (!value.isBoolean()) {
                throw wrong(field, "must be true or false");
              }
              return value.booleanValue();
            });
  }

  OptionalLong whole(String field, long least, long most) {
    Optional<JsonNode> value = value(field);
    if (value.isEmpty()) {
      return OptionalLong.empty();
    }
    JsonNode number = value.get();
    if (!number.canConvertToLong()
        || !number.isIntegralNumber()
        || number.longValue() < least
        || number.longValue() > most) {
      throw wrong(field, "must be a whole number from %d to %d".formatted(least, most));
    }
    return OptionalLong.of(number.longValue());
  }

  Optional<BigDecimal> number(String field, int least, int most) {
    return value(field)
        .map(
            value -> {
              if (!value.isNumber()
                  || value.decimalValue().compareTo(BigDecimal.valueOf(least)) < 0
                  || value.decimalValue().compareTo(BigDecimal.valueOf(most)) > 0) {
                throw wrong(field, "must be a number from %d to %d".formatted(least, most));
              }
              return value.decimalValue();
            });
  }

  Optional<BodyFields> object(String field) {
    return value(field).map(value -> of(at(field), value));
  }

  Optional<ArrayNode> array(String field) {
    return value(field)
        .map(
            value -> {
              if (value instanceof ArrayNode array) {
                return array;
              }
              throw wrong(field, "must be an array");
            });
  }

  /** Refuses a field that this API has and this server does not serve. */
  void refuse(String field, String remedy) {
    if (value(field).isPresent()) {
      throw unsupported(at(field), remedy);
    }
  }

  /** Takes a field that changes nothing here. */
  void ignore(String field) {
    read.add(field);
  }

  /** Refuses every field that was not read. */
  void requireNoOthers() {
    object
        .fieldNames()
        .forEachRemaining(
            field -> {
              if (!read.contains(field)) {
                throw new ApiException(
                    ApiError.invalid(
                        at(field),
                        "unknown_parameter",
                        "'%s' is not a known parameter; remove it.".formatted(at(field))));
              }
            });
  }

  ObjectNode node() {
    return object;
  }

  ApiException wrong(String field, String fault) {
    return invalid(at(field), fault);
  }

  static ApiException invalid(String path, String fault) {
    return new ApiException(
        ApiError.invalid(path, "invalid_value", "'%s' %s.".formatted(path, fault)));
  }

  static ApiException unsupported(String path, String remedy) {
    return new ApiException(
        ApiError.invalid(
            path,
            "unsupported_parameter",
            "'%s' is not supported here; %s.".formatted(path, remedy)));
  }
}
