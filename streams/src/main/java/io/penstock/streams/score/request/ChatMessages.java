package io.penstock.streams.score.request;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Checks the messages of a chat body and gathers what the engine will read. */
final class ChatMessages {

  private final BodyFields fields;
  private final List<String> texts = new ArrayList<>();
  private int messages;
  private int images;
  private int audios;

  ChatMessages(BodyFields fields) {
    this.fields = fields;
  }

  /** One prompt: the whole chat. */
  List<Prompt> prompts() {
    tools();
    Optional<JsonNode> array = fields.value("messages");
    if (array.isEmpty() || !array.get().isArray() || array.get().isEmpty()) {
      fields.refuse(
          "messages",
          "is %s; give a non-empty array of messages with role and content"
              .formatted(
                  array.map(a -> a.isArray() ? "empty" : BodyFields.typeOf(a)).orElse("missing")));
      return List.of();
    }
    for (JsonNode message : array.get()) {
      message(message, "messages[%d]".formatted(messages++));
      if (!fields.sound()) {
        break;
      }
    }
    return List.of(new Prompt(texts, messages, 0, images, audios));
  }

  /** Tool descriptions are rendered ahead of the messages; their JSON text stands in for that. */
  private void tools() {
    Optional<JsonNode> tools = fields.value("tools");
    if (tools.isPresent() && !tools.get().isArray()) {
      fields.refuse("tools", "is %s; give an array".formatted(BodyFields.typeOf(tools.get())));
    }
    tools.filter(t -> !t.isEmpty()).ifPresent(t -> texts.add(t.toString()));
  }

  private void message(JsonNode message, String path) {
    if (!message.isObject()) {
      fields.refuse(path, "is %s; give an object".formatted(BodyFields.typeOf(message)));
      return;
    }
    JsonNode role = message.path("role");
    if (!role.isTextual() || role.textValue().isBlank()) {
      fields.refuse(
          path + ".role",
          "is missing or not a string; give system, developer, user, assistant or tool");
      return;
    }
    JsonNode name = message.path("name");
    if (name.isTextual()) {
      texts.add(name.textValue());
    }
    boolean calls = calls(message, path);
    Optional<JsonNode> content = BodyFields.value(message, "content");
    if (content.isPresent()) {
      content(content.get(), path + ".content");
    } else if (!calls && !role.textValue().equals("assistant")) {
      fields.refuse(path + ".content", "is missing; give a string or an array of parts");
    }
  }

  private void content(JsonNode content, String path) {
    if (content.isTextual()) {
      texts.add(content.textValue());
      return;
    }
    if (!content.isArray() || content.isEmpty()) {
      fields.refuse(
          path,
          "is %s; give a string or a non-empty array of parts"
              .formatted(content.isArray() ? "empty" : BodyFields.typeOf(content)));
      return;
    }
    for (int i = 0; i < content.size() && fields.sound(); i++) {
      part(content.get(i), "%s[%d]".formatted(path, i));
    }
  }

  private void part(JsonNode part, String path) {
    String type = part.path("type").asText("");
    switch (type) {
      case "" -> fields.refuse(path, "has no type; give an object with type, such as text");
      case "text", "refusal" -> {
        JsonNode text = part.path(type);
        if (text.isTextual()) {
          texts.add(text.textValue());
        } else {
          fields.refuse(path + "." + type, "is missing or not a string; give a string");
        }
      }
      case "input_audio" -> audios++;
      // Images, files and what an engine may invent: it judges them, here they only cost tokens.
      default -> images++;
    }
  }

  /** Returns whether the message calls tools; their names and arguments are read by the engine. */
  private boolean calls(JsonNode message, String path) {
    Optional<JsonNode> calls = BodyFields.value(message, "tool_calls");
    if (calls.isPresent() && !calls.get().isArray()) {
      fields.refuse(
          path + ".tool_calls", "is %s; give an array".formatted(BodyFields.typeOf(calls.get())));
      return true;
    }
    calls.ifPresent(array -> array.forEach(call -> call(call.path("function"))));
    Optional<JsonNode> older = BodyFields.value(message, "function_call");
    older.ifPresent(this::call);
    return calls.isPresent() || older.isPresent();
  }

  private void call(JsonNode function) {
    texts.add(function.path("name").asText(""));
    texts.add(function.path("arguments").asText(""));
  }
}
