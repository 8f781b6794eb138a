package io.penstock.streams.score.request;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Typed access to a body's fields that keeps the first fault found. After a fault, readings are
 * meaningless; only {@link #refusal} counts. An instance serves one body on one thread.
 */
final class BodyFields {

  private final JsonNode root;
  private @Nullable Refusal refusal;

  BodyFields(JsonNode root) {
    this.root = root;
  }

  Optional<Refusal> refusal() {
    return Optional.ofNullable(refusal);
  }

  boolean sound() {
    return refusal == null;
  }

  /** A field's value; empty if it is absent or null, as OpenAI reads null. */
  Optional<JsonNode> value(String name) {
    return value(root, name);
  }

  static Optional<JsonNode> value(JsonNode parent, String name) {
    return Optional.ofNullable(parent.get(name)).filter(node -> !node.isNull());
  }

  Optional<String> text(String name) {
    Optional<JsonNode> node = value(name);
    if (node.isPresent() && !node.get().isTextual()) {
      refuse(name, "is %s; give a string".formatted(typeOf(node.get())));
      return Optional.empty();
    }
    return node.map(JsonNode::textValue);
  }

  OptionalLong integer(String name, long least, long most) {
    Optional<JsonNode> node = value(name);
    if (node.isEmpty()) {
      return OptionalLong.empty();
    }
    JsonNode number = node.get();
    if (!number.isIntegralNumber()
        || !number.canConvertToLong()
        || number.longValue() < least
        || number.longValue() > most) {
      refuse(
          name,
          "is %s; give a whole number from %d to %d"
              .formatted(
                  number.isNumber() ? Abbreviated.of(number.asText(), 40) : typeOf(number),
                  least,
                  most));
      return OptionalLong.empty();
    }
    return OptionalLong.of(number.longValue());
  }

  /** Returns whether the body asks for a stream. */
  boolean stream() {
    Optional<JsonNode> stream = value("stream");
    if (stream.isPresent() && !stream.get().isBoolean()) {
      refuse("stream", "is %s; give false or remove it".formatted(typeOf(stream.get())));
    }
    return stream.filter(JsonNode::booleanValue).isPresent();
  }

  /**
   * Notes a fault, unless one was noted before.
   *
   * @param path below the body, such as {@code messages[2].role}
   * @param fault the rest of the sentence that begins with the path
   */
  void refuse(String path, String fault) {
    if (refusal == null) {
      String field = "body." + path;
      refusal = new Refusal(RefusalCode.INVALID_BODY, field, field + " " + fault);
    }
  }

  static String typeOf(JsonNode node) {
    return switch (node.getNodeType()) {
      case ARRAY -> "an array";
      case OBJECT, POJO -> "an object";
      case BINARY, BOOLEAN, MISSING, NULL, NUMBER, STRING ->
          "a " + node.getNodeType().name().toLowerCase(Locale.ROOT);
    };
  }
}
