package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * The fields {@code instructions} and {@code input}, as the messages of a chat. Instructions and
 * developers' messages are the system's: the chat templates of open models know no developer.
 */
final class InputMessages {

  private static final List<String> ROLES = List.of("user", "assistant", "system", "developer");
  private static final List<String> STATES = List.of("in_progress", "completed", "incomplete");
  private static final int LONGEST_CALL_ID = 128;

  private final ArrayNode messages = ResponseJsonMapper.object().putArray("messages");

  private InputMessages() {}

  static ArrayNode read(Optional<String> instructions, JsonNode input) {
    InputMessages reader = new InputMessages();
    instructions.ifPresent(text -> reader.add("system").put("content", text));
    switch (input) {
      case ArrayNode items when items.isEmpty() ->
          throw BodyFields.invalid("input", "is empty; give at least one message");
      case ArrayNode items -> reader.items(items);
      default -> {
        if (!input.isTextual()) {
          throw BodyFields.invalid("input", "must be a string or an array of messages");
        }
        reader.add("user").put("content", input.textValue());
      }
    }
    return reader.messages;
  }

  private ObjectNode add(String role) {
    return messages.addObject().put("role", role);
  }

  private void items(ArrayNode items) {
    for (int index = 0; index < items.size(); index++) {
      BodyFields item = BodyFields.of("input[%d]".formatted(index), items.get(index));
      String type = item.text("type").orElse("message");
      item.ignore("id");
      item.oneOf("status", STATES);
      switch (type) {
        case "message" -> message(item);
        case "function_call" -> call(item);
        case "function_call_output" -> callOutput(item);
        default ->
            throw BodyFields.unsupported(
                item.at("type"),
                "give items of type message, function_call or function_call_output");
      }
      item.requireNoOthers();
    }
  }

  private void message(BodyFields item) {
    item.ignore("phase");
    String role =
        item.oneOf("role", ROLES)
            .orElseThrow(
                () -> item.wrong("role", "is missing; give one of %s".formatted(join(ROLES))));
    JsonNode content =
        item.value("content")
            .orElseThrow(() -> item.wrong("content", "is missing; give a string or an array"));
    ObjectNode message = add(role.equals("developer") ? "system" : role);
    if (content.isTextual()) {
      message.set("content", content);
    } else {
      parts(item, role, message);
    }
  }

  private static void parts(BodyFields item, String role, ObjectNode message) {
    ArrayNode parts = item.array("content").orElseThrow();
    if (parts.isEmpty()) {
      throw item.wrong("content", "is empty; give at least one part");
    }
    boolean assistant = role.equals("assistant");
    ArrayNode texts = ResponseJsonMapper.object().putArray("content");
    for (int index = 0; index < parts.size(); index++) {
      BodyFields part =
          BodyFields.of("%s[%d]".formatted(item.at("content"), index), parts.get(index));
      String type = part.requiredText("type");
      if (assistant && type.equals("refusal")) {
        message.put("refusal", part.requiredText("refusal"));
      } else if (type.equals(assistant ? "output_text" : "input_text")) {
        texts.addObject().put("type", "text").put("text", part.requiredText("text"));
        part.ignore("annotations");
        part.ignore("logprobs");
      } else {
        throw BodyFields.unsupported(
            part.at("type"),
            assistant
                ? "an assistant's part must be output_text or refusal"
                : "only text is read: a part must be input_text");
      }
      part.requireNoOthers();
    }
    content(message, texts);
  }

  /** One text is said as such, which every engine reads. */
  private static void content(ObjectNode message, ArrayNode texts) {
    switch (texts.size()) {
      case 0 -> message.putNull("content");
      case 1 -> message.set("content", texts.get(0).get("text"));
      default -> message.set("content", texts);
    }
  }

  /** Calls that follow each other are one turn of the assistant, as is a text before them. */
  private void call(BodyFields item) {
    JsonNode last = messages.isEmpty() ? null : messages.get(messages.size() - 1);
    ObjectNode turn =
        last instanceof ObjectNode message && message.path("role").asText().equals("assistant")
            ? message
            : add("assistant").putNull("content");
    turn.withArray("tool_calls")
        .addObject()
        .put("id", callId(item))
        .put("type", "function")
        .putObject("function")
        .put("name", item.requiredText("name"))
        .put("arguments", item.requiredText("arguments"));
  }

  private void callOutput(BodyFields item) {
    ObjectNode message = add("tool").put("tool_call_id", callId(item));
    JsonNode output =
        item.value("output")
            .orElseThrow(() -> item.wrong("output", "is missing; give what the function returned"));
    if (output.isTextual()) {
      message.set("content", output);
      return;
    }
    ArrayNode parts = item.array("output").orElseThrow();
    ArrayNode texts = ResponseJsonMapper.object().putArray("content");
    for (int index = 0; index < parts.size(); index++) {
      BodyFields part =
          BodyFields.of("%s[%d]".formatted(item.at("output"), index), parts.get(index));
      if (!part.requiredText("type").equals("input_text")) {
        throw BodyFields.unsupported(
            part.at("type"), "only text is read: a part must be input_text");
      }
      texts.addObject().put("type", "text").put("text", part.requiredText("text"));
      part.requireNoOthers();
    }
    content(message, texts);
  }

  private static String callId(BodyFields item) {
    return item.text("call_id", LONGEST_CALL_ID)
        .filter(id -> !id.isEmpty())
        .orElseThrow(
            () -> item.wrong("call_id", "is missing; give the call_id of the function's call"));
  }

  private static String join(List<String> values) {
    return String.join(", ", values);
  }
}
