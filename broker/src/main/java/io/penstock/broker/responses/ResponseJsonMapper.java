package io.penstock.broker.responses;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Optional;

/** Reads and writes JSON without changing a number or a text. */
final class ResponseJsonMapper {

  private static final StreamReadConstraints LONG_TEXTS =
      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build();

  /** Refuses a field that comes twice, since its readers might take different ones. */
  private static final ObjectMapper STRICT = mapper(true);

  private static final ObjectMapper LENIENT = mapper(false);

  private ResponseJsonMapper() {}

  private static ObjectMapper mapper(boolean strict) {
    return JsonMapper.builder(
            com.fasterxml.jackson.core.JsonFactory.builder()
                .streamReadConstraints(LONG_TEXTS)
                .configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION, strict)
                .build())
        .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
        .build();
  }

  static ObjectNode object() {
    return STRICT.createObjectNode();
  }

  /** What a caller sent. */
  static JsonNode readStrictly(byte[] json) throws IOException {
    return STRICT.readTree(json);
  }

  /** What was written here before. */
  static JsonNode read(byte[] json) {
    try {
      return LENIENT.readTree(json);
    } catch (IOException impossible) {
      throw new IllegalStateException("what was written as JSON is none", impossible);
    }
  }

  /** What an engine sent; empty if it is not a JSON object. */
  static Optional<ObjectNode> readObject(byte[] json) {
    try {
      return LENIENT.readTree(json) instanceof ObjectNode object
          ? Optional.of(object)
          : Optional.empty();
    } catch (IOException notJson) {
      return Optional.empty();
    }
  }

  static byte[] write(JsonNode json) {
    try {
      return STRICT.writeValueAsBytes(json);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a tree can be written", impossible);
    }
  }
}
