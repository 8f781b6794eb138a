package io.penstock.broker.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.util.Set;

/**
 * Turns the body of a message into one of a chat completion, which engines serve. Pure. What a chat
 * completion cannot say is refused, so that nothing is silently left out.
 */
final class ChatBody {

  private static final Set<String> FIELDS =
      Set.of(
          "model",
          "max_tokens",
          "messages",
          "system",
          "stop_sequences",
          "temperature",
          "top_p",
          "stream",
          "metadata",
          "service_tier",
          "thinking",
          "tools");

  /** What bounds the work of reading one. */
  private static final int MOST_STOPS = 16;

  private final String at;

  private ChatBody(String at) {
    this.at = at;
  }

  /**
   * The chat completion that a message asks for.
   *
   * @param params the body of a message
   * @param at where it stands, for errors, such as {@code requests.3.params}
   * @throws ApiException naming the field that is wrong or cannot be served
   */
  static ObjectNode of(JsonNode params, String at) {
    return new ChatBody(at).read(params);
  }

  private ObjectNode read(JsonNode params) {
    if (!params.isObject()) {
      throw refused(at, "must be an object");
    }
    for (String field : (Iterable<String>) params::fieldNames) {
      if (!FIELDS.contains(field)) {
        throw refused(at + "." + field, "is not supported; leave it out");
      }
    }
    ObjectNode chat = JsonNodeFactory.instance.objectNode();
    chat.put("model", model(params.path("model")));
    chat.set("messages", messages(params));
    chat.put("max_tokens", maxTokens(params.path("max_tokens")));
    number(params, "temperature", chat);
    number(params, "top_p", chat);
    stops(params.path("stop_sequences"), chat);
    user(params.path("metadata"), chat);
    refuseOthers(params);
    return chat;
  }

  private String model(JsonNode model) {
    if (!model.isTextual() || model.asText().isBlank()) {
      throw refused(at + ".model", "must be a string that names a model");
    }
    return model.asText();
  }

  private int maxTokens(JsonNode most) {
    if (!most.isInt() || most.asInt() < 1) {
      throw refused(at + ".max_tokens", "must be a whole number from 1");
    }
    return most.asInt();
  }

  private void number(JsonNode params, String field, ObjectNode chat) {
    JsonNode value = params.path(field);
    if (isAbsent(value)) {
      return;
    }
    if (!value.isNumber() || value.asDouble() < 0 || value.asDouble() > 1) {
      throw refused(at + "." + field, "must be a number from 0 to 1");
    }
    chat.set(field, value);
  }

  private void stops(JsonNode stops, ObjectNode chat) {
    if (isAbsent(stops)) {
      return;
    }
    if (!stops.isArray() || stops.size() > MOST_STOPS) {
      throw refused(
          at + ".stop_sequences", "must be an array of at most %d strings".formatted(MOST_STOPS));
    }
    for (int each = 0; each < stops.size(); each++) {
      if (!stops.get(each).isTextual() || stops.get(each).asText().isEmpty()) {
        throw refused(at + ".stop_sequences." + each, "must be a string that is not empty");
      }
    }
    if (!stops.isEmpty()) {
      chat.set("stop", stops);
    }
  }

  private void user(JsonNode metadata, ObjectNode chat) {
    if (isAbsent(metadata)) {
      return;
    }
    JsonNode user = metadata.path("user_id");
    if (!metadata.isObject() || !(isAbsent(user) || user.isTextual())) {
      throw refused(at + ".metadata", "must be an object with a string user_id");
    }
    if (user.isTextual()) {
      chat.put("user", user.asText());
    }
  }

  private void refuseOthers(JsonNode params) {
    if (params.path("stream").asBoolean()) {
      throw refused(at + ".stream", "must be false: a batch cannot be streamed");
    }
    JsonNode tools = params.path("tools");
    if (!isAbsent(tools) && !(tools.isArray() && tools.isEmpty())) {
      throw refused(at + ".tools", "are not supported; leave them out");
    }
    JsonNode thinking = params.path("thinking");
    if (!isAbsent(thinking) && !thinking.path("type").asText().equals("disabled")) {
      throw refused(at + ".thinking", "is not supported; leave it out");
    }
  }

  private ArrayNode messages(JsonNode params) {
    ArrayNode all = JsonNodeFactory.instance.arrayNode();
    JsonNode system = params.path("system");
    if (!isAbsent(system)) {
      all.addObject().put("role", "system").put("content", text(system, at + ".system"));
    }
    JsonNode messages = params.path("messages");
    if (!messages.isArray() || messages.isEmpty()) {
      throw refused(at + ".messages", "must be an array of one message or more");
    }
    for (int each = 0; each < messages.size(); each++) {
      String place = at + ".messages." + each;
      String role = messages.get(each).path("role").asText();
      if (!role.equals("user") && !role.equals("assistant")) {
        throw refused(place + ".role", "must be user or assistant");
      }
      all.addObject()
          .put("role", role)
          .put("content", text(messages.get(each).path("content"), place + ".content"));
    }
    return all;
  }

  /** A string, or blocks of text, which engines take as one. */
  private String text(JsonNode content, String place) {
    if (content.isTextual()) {
      return content.asText();
    }
    if (!content.isArray() || content.isEmpty()) {
      throw refused(place, "must be a string or an array of text blocks");
    }
    StringBuilder text = new StringBuilder();
    for (int each = 0; each < content.size(); each++) {
      JsonNode block = content.get(each);
      if (!block.path("type").asText().equals("text")) {
        throw refused(
            place + "." + each + ".type",
            "must be text: images, documents and tools are not supported");
      }
      if (!block.path("text").isTextual()) {
        throw refused(place + "." + each + ".text", "must be a string");
      }
      text.append(block.path("text").asText());
    }
    return text.toString();
  }

  private static boolean isAbsent(JsonNode value) {
    return value.isMissingNode() || value.isNull();
  }

  private static ApiException refused(String field, String why) {
    return new ApiException(
        ApiError.invalid(field, "invalid_value", "%s %s.".formatted(field, why)));
  }
}
