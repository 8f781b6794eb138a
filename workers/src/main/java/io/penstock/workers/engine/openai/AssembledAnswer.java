package io.penstock.workers.engine.openai;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Puts the chunks of a stream together to the answer that the server would have given whole. Texts
 * are appended to what came before, lists too, but for entries with an {@code index}, which are
 * merged with the earlier one of that index; of any other value the last one stays. So fields that
 * nobody knows today come through as well.
 */
final class AssembledAnswer {

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS).build();

  /** Texts that name something, and come whole however often. */
  private static final Set<String> NAMES =
      Set.of("id", "type", "role", "object", "model", "finish_reason", "system_fingerprint");

  private final long maxBytes;
  private final ObjectNode answer = MAPPER.createObjectNode();
  private final Map<Integer, ObjectNode> choices = new TreeMap<>();
  private byte @Nullable [] error;
  private long size;

  /** The kind of a chunk. */
  enum Piece {
    /** It brings output. */
    OUTPUT,
    /** It only counts tokens, as those who ask for the usage get it in the end. */
    USAGE,
    /** Anything else, such as a role or the end of a choice. */
    OTHER,
    /** The server has failed; nothing follows. */
    ERROR
  }

  AssembledAnswer(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Takes the next chunk.
   *
   * @throws IOException if it is not a JSON object, or the answer becomes too large
   */
  Piece add(byte[] data) throws IOException {
    size += 1;
    if (!(MAPPER.readTree(data) instanceof ObjectNode chunk)) {
      throw new IOException("an event of the stream is not a JSON object");
    }
    if (chunk.hasNonNull("error")) {
      error = data;
      return Piece.ERROR;
    }
    boolean output = false;
    JsonNode parts = chunk.path("choices");
    for (JsonNode part : parts) {
      if (part instanceof ObjectNode choice) {
        output |= bringsOutput(choice);
        take(choice);
      }
    }
    for (Map.Entry<String, JsonNode> field : chunk.properties()) {
      if (!field.getKey().equals("choices") && !field.getValue().isNull()) {
        answer.set(field.getKey(), field.getValue());
      }
    }
    if (size > maxBytes) {
      throw new IOException("the answer is beyond the capacity of " + maxBytes + " bytes");
    }
    return output
        ? Piece.OUTPUT
        : parts.isEmpty() && chunk.hasNonNull("usage") ? Piece.USAGE : Piece.OTHER;
  }

  /** Returns whether every choice has ended. */
  boolean isComplete() {
    return !choices.isEmpty()
        && choices.values().stream().allMatch(choice -> choice.hasNonNull("finish_reason"));
  }

  /** The answer as one document, or the error that the server sent instead. */
  byte[] body() throws IOException {
    if (error != null) {
      return error;
    }
    String object = answer.path("object").asText("");
    if (object.endsWith(".chunk")) {
      answer.put("object", object.substring(0, object.length() - ".chunk".length()));
    }
    JsonNode usage = answer.remove("usage");
    ArrayNode all = answer.putArray("choices");
    choices.values().forEach(all::add);
    if (usage != null) {
      answer.set("usage", usage);
    }
    return MAPPER.writeValueAsBytes(answer);
  }

  private void take(ObjectNode choice) {
    int index = choice.path("index").asInt(0);
    ObjectNode whole =
        choices.computeIfAbsent(index, i -> MAPPER.createObjectNode().put("index", i));
    if (choice.remove("delta") instanceof ObjectNode delta) {
      ObjectNode message =
          whole.get("message") instanceof ObjectNode present
              ? present
              : whole.putObject("message").put("role", "assistant").putNull("content");
      merge(message, delta);
    }
    choice.remove("index");
    merge(whole, choice);
  }

  private void merge(ObjectNode whole, ObjectNode part) {
    for (Map.Entry<String, JsonNode> field : part.properties()) {
      String name = field.getKey();
      JsonNode value = field.getValue();
      JsonNode before = whole.get(name);
      if (before == null || before.isNull()) {
        size += before == null || !value.isNull() ? name.length() + length(value) : 0;
        whole.set(name, value);
      } else if (before.isTextual() && value.isTextual()) {
        if (!NAMES.contains(name)) {
          size += length(value);
          whole.put(name, before.textValue() + value.textValue());
        } else if (!value.textValue().isEmpty()) {
          whole.set(name, value);
        }
      } else if (before instanceof ObjectNode object && value instanceof ObjectNode more) {
        merge(object, more);
      } else if (before instanceof ArrayNode list && value instanceof ArrayNode more) {
        append(list, more);
      } else if (!value.isNull()) {
        whole.set(name, value);
      }
    }
  }

  private void append(ArrayNode list, ArrayNode more) {
    for (JsonNode entry : more) {
      ObjectNode same = entry.has("index") ? ofIndex(list, entry.get("index")) : null;
      if (same != null && entry instanceof ObjectNode part) {
        merge(same, part);
      } else {
        size += length(entry);
        list.add(entry);
      }
    }
  }

  private static @Nullable ObjectNode ofIndex(ArrayNode list, JsonNode index) {
    for (JsonNode entry : list) {
      if (index.equals(entry.get("index")) && entry instanceof ObjectNode object) {
        return object;
      }
    }
    return null;
  }

  /** About as many bytes as it takes. */
  private static long length(JsonNode value) {
    return value.isTextual() ? value.textValue().length() : value.toString().length();
  }

  private static boolean bringsOutput(ObjectNode choice) {
    if (!choice.path("text").asText("").isEmpty()) {
      return true;
    }
    for (Map.Entry<String, JsonNode> field : choice.path("delta").properties()) {
      JsonNode value = field.getValue();
      boolean empty = value.isNull() || (value.isTextual() && value.textValue().isEmpty());
      if (!field.getKey().equals("role") && !empty) {
        return true;
      }
    }
    return false;
  }
}
