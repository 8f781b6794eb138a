package io.penstock.compose.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;
import org.jspecify.annotations.Nullable;

/**
 * Avro records as JSON for people and scripts: the fields' own names, enums by name, instants in
 * ISO 8601, nothing left out. Bytes that hold a JSON object or array stand there as they are, but
 * for line breaks between its values, which become spaces; others become their UTF-8 text, or
 * {@code {"base64": "..."}}.
 */
public final class RecordJson {

  public static final ObjectMapper MAPPER =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  /** Answers are whatever an engine wrote: any depth, length and number. */
  private static final JsonFactory UNBOUNDED =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(Integer.MAX_VALUE)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .build())
          .build();

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private RecordJson() {}

  static ObjectNode of(IndexedRecord value) {
    ObjectNode node = NODES.objectNode();
    for (Schema.Field field : value.getSchema().getFields()) {
      node.set(field.name(), node(value.get(field.pos())));
    }
    return node;
  }

  /** JSON that Penstock wrote itself, an object. */
  static ObjectNode read(String json) {
    try {
      return MAPPER.readValue(json, ObjectNode.class);
    } catch (JsonProcessingException broken) {
      throw new IllegalStateException("what was written as JSON is none", broken);
    }
  }

  /** The JSON form of a value: a record, a list, a map, JSON already, or a plain value. */
  static JsonNode node(@Nullable Object value) {
    return switch (value) {
      case null -> NODES.nullNode();
      case JsonNode json -> json;
      case IndexedRecord nested -> of(nested);
      case ByteBuffer bytes -> bytes(bytes);
      case Boolean flag -> NODES.booleanNode(flag);
      case Integer number -> NODES.numberNode(number);
      case Long number -> NODES.numberNode(number);
      case Float number -> NODES.numberNode(number);
      case Double number -> NODES.numberNode(number);
      case Instant instant -> NODES.textNode(instant.toString());
      case Map<?, ?> map -> {
        ObjectNode node = NODES.objectNode();
        map.forEach((key, item) -> node.set(String.valueOf(key), node(item)));
        yield node;
      }
      case Collection<?> items -> {
        ArrayNode node = NODES.arrayNode();
        items.forEach(item -> node.add(node(item)));
        yield node;
      }
      default -> NODES.textNode(value.toString());
    };
  }

  /** The JSON form of bytes. */
  static JsonNode bytes(ByteBuffer buffer) {
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(buffer.duplicate()).toString();
    } catch (CharacterCodingException e) {
      return base64(buffer);
    }
    if ((text.startsWith("{") || text.startsWith("[")) && isJson(text)) {
      // JSON has no raw line break within a text, so these lie between values.
      return NODES.rawValueNode(new RawValue(text.replace('\n', ' ').replace('\r', ' ')));
    }
    return text.indexOf('\0') >= 0 ? base64(buffer) : NODES.textNode(text);
  }

  private static boolean isJson(String text) {
    try (JsonParser parser = UNBOUNDED.createParser(text)) {
      int open = 0;
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        open += token.isStructStart() ? 1 : token.isStructEnd() ? -1 : 0;
        if (open == 0) {
          return parser.nextToken() == null;
        }
      }
      return false;
    } catch (IOException e) {
      return false;
    }
  }

  private static JsonNode base64(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.duplicate().get(bytes);
    return NODES.objectNode().put("base64", Base64.getEncoder().encodeToString(bytes));
  }
}
