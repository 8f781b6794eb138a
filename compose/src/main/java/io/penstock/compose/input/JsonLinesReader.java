package io.penstock.compose.input;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.ids.Ids;
import java.util.HashSet;
import java.util.Set;

/**
 * OpenAI batch lines. Remembers the custom ids it has seen, since a second one could not be told
 * from the first in the results.
 */
final class JsonLinesReader extends LineReader {

  private static final ObjectMapper JSON =
      JsonMapper.builder()
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .build();

  private final Set<String> seen = new HashSet<>();

  JsonLinesReader(LineSource lines) {
    super(lines);
  }

  @Override
  InputItem parse(long line, String text) {
    JsonNode node;
    try {
      node = JSON.readTree(text);
    } catch (JsonProcessingException e) {
      return new InputItem.Bad(line, "not valid JSON: " + e.getOriginalMessage());
    }
    try {
      String customId = customId(node);
      requirePost(node);
      return new InputItem.Request(line, customId, url(node), body(node));
    } catch (IllegalArgumentException e) {
      return new InputItem.Bad(line, e.getMessage());
    }
  }

  private String customId(JsonNode node) {
    JsonNode id = node.get("custom_id");
    if (id == null || !id.isTextual() || id.textValue().isBlank()) {
      throw new IllegalArgumentException("custom_id is missing; give each line a name of its own");
    }
    if (id.textValue().length() > Ids.MAX_LENGTH) {
      throw new IllegalArgumentException(
          "custom_id is longer than %d characters; shorten it".formatted(Ids.MAX_LENGTH));
    }
    if (!seen.add(id.textValue())) {
      throw new IllegalArgumentException(
          "custom_id '%s' stands on an earlier line too; make it unique".formatted(id.textValue()));
    }
    return id.textValue();
  }

  private static void requirePost(JsonNode node) {
    String method = node.path("method").asText("POST");
    if (!method.equals("POST")) {
      throw new IllegalArgumentException("method is '%s'; it must be POST".formatted(method));
    }
  }

  private static String url(JsonNode node) {
    String url = node.path("url").asText("");
    if (!RequestBodies.ENDPOINTS.contains(url)) {
      throw new IllegalArgumentException(
          "url is '%s'; it must be one of %s"
              .formatted(url, String.join(", ", RequestBodies.ENDPOINTS)));
    }
    return url;
  }

  private static ObjectNode body(JsonNode node) {
    if (!(node.get("body") instanceof ObjectNode body)) {
      throw new IllegalArgumentException("body is missing; give the request as a JSON object");
    }
    if (body.path("stream").asBoolean(false)) {
      throw new IllegalArgumentException(
          "body.stream is true, and a result comes in one piece; leave it out");
    }
    return body;
  }
}
