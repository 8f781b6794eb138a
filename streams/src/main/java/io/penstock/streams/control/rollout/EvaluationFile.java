package io.penstock.streams.control.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.json.JsonMessage;
import io.penstock.schemas.routing.Rollout.Evaluation.Item;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * Questions for an evaluation, a JSON object a line: {@code {"prompt", "expected"}} for a chat, or
 * {@code {"endpoint", "body", "expected"}} for any OpenAI-style body.
 */
public final class EvaluationFile {

  private static final ObjectMapper MAPPER = new ObjectMapper();
  private static final Set<String> KEYS = Set.of("prompt", "expected", "endpoint", "body");
  private static final String CHAT = "/v1/chat/completions";
  private static final int MOST = 500;

  /** All of them stand in one record of the routing topic. */
  private static final int MOST_CHARACTERS = 500_000;

  private EvaluationFile() {}

  /**
   * Reads the lines of a file; blank ones are passed over.
   *
   * @throws IllegalArgumentException naming the line and what is wrong with it
   */
  public static List<Item> parse(List<String> lines) {
    List<Item> items = new ArrayList<>();
    long characters = 0;
    for (int i = 0; i < lines.size(); i++) {
      if (!lines.get(i).isBlank()) {
        characters += lines.get(i).length();
        items.add(item(i + 1, lines.get(i)));
      }
    }
    if (items.isEmpty() || items.size() > MOST || characters > MOST_CHARACTERS) {
      throw new IllegalArgumentException(
          "the evaluation has %d items with %d characters; give 1 to %d with at most %d"
              .formatted(items.size(), characters, MOST, MOST_CHARACTERS));
    }
    return items;
  }

  private static Item item(int line, String text) {
    JsonNode node;
    try {
      node = MAPPER.readTree(text);
    } catch (JsonProcessingException malformed) {
      throw wrong(line, "is no JSON: " + JsonMessage.of(malformed));
    }
    if (!node.isObject()) {
      throw wrong(line, "is no JSON object");
    }
    for (String key : (Iterable<String>) node::fieldNames) {
      if (!KEYS.contains(key)) {
        throw wrong(line, "has key '%s'; known are %s".formatted(key, new TreeSet<>(KEYS)));
      }
    }
    JsonNode expected = node.path("expected");
    if (!expected.isMissingNode() && !expected.isNull() && !expected.isTextual()) {
      throw wrong(line, "has an expected that is no text");
    }
    JsonNode body = node.path("body");
    JsonNode prompt = node.path("prompt");
    if (body.isMissingNode() == prompt.isMissingNode()) {
      throw wrong(line, "needs one of prompt and body");
    }
    if (!prompt.isMissingNode() && !prompt.isTextual()) {
      throw wrong(line, "has a prompt that is no text");
    }
    if (!body.isMissingNode() && !body.isObject()) {
      throw wrong(line, "has a body that is no JSON object");
    }
    return new Item(
        node.path("endpoint").asText(CHAT),
        body.isMissingNode() ? chat(prompt.textValue()) : body.toString(),
        expected.textValue());
  }

  private static String chat(String prompt) {
    ObjectNode body = MAPPER.createObjectNode();
    body.putArray("messages").addObject().put("role", "user").put("content", prompt);
    return body.toString();
  }

  private static IllegalArgumentException wrong(int line, String what) {
    return new IllegalArgumentException("line %d %s".formatted(line, what));
  }
}
