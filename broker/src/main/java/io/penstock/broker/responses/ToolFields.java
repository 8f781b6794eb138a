package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** The fields {@code tools} and {@code tool_choice}. Only functions, which the caller runs. */
final class ToolFields {

  private static final List<String> CHOICES = List.of("none", "auto", "required");
  private static final Pattern NAME = Pattern.compile("[a-zA-Z0-9_-]{1,64}");
  private static final int MOST = 128;

  private ToolFields() {}

  /** Reads the tools, and adds them to what the engine gets and to what the response shows. */
  static void tools(ArrayNode asked, ObjectNode chat, ArrayNode shown) {
    if (asked.size() > MOST) {
      throw BodyFields.invalid("tools", "must have at most %d entries".formatted(MOST));
    }
    for (int index = 0; index < asked.size(); index++) {
      BodyFields tool = BodyFields.of("tools[%d]".formatted(index), asked.get(index));
      ObjectNode said = ResponseJsonMapper.object().put("type", "function");
      shown.add(function(tool, said.putObject("function")));
      chat.withArray("tools").add(said);
    }
  }

  private static ObjectNode function(BodyFields tool, ObjectNode said) {
    requireFunction(tool);
    String name = name(tool);
    Optional<String> description = tool.text("description");
    Optional<BodyFields> parameters = tool.object("parameters");
    Optional<Boolean> strict = tool.flag("strict");
    tool.requireNoOthers();
    said.put("name", name);
    description.ifPresent(text -> said.put("description", text));
    parameters.ifPresent(schema -> said.set("parameters", schema.node()));
    strict.ifPresent(flag -> said.put("strict", flag));
    ObjectNode shown =
        ResponseJsonMapper.object()
            .put("type", "function")
            .put("name", name)
            .put("description", description.orElse(null));
    shown.set("parameters", parameters.map(BodyFields::node).orElse(null));
    return shown.put("strict", strict.orElse(null));
  }

  private static void requireFunction(BodyFields tool) {
    if (!tool.requiredText("type").equals("function")) {
      throw BodyFields.unsupported(
          tool.at("type"), "only tools of type function can be used, which you run yourself");
    }
  }

  private static String name(BodyFields tool) {
    String name = tool.requiredText("name");
    if (!NAME.matcher(name).matches()) {
      throw tool.wrong("name", "must have 1 to 64 letters, digits, underscores or hyphens");
    }
    return name;
  }

  /** Reads the choice, and returns what the response shows of it. */
  static JsonNode choice(JsonNode choice, ObjectNode chat, ArrayNode tools) {
    if (choice.isTextual()) {
      String name = choice.textValue();
      if (!CHOICES.contains(name)) {
        throw BodyFields.invalid(
            "tool_choice", "must be none, auto, required, or an object that names a function");
      }
      if (!tools.isEmpty()) {
        chat.put("tool_choice", name);
      } else if (name.equals("required")) {
        throw BodyFields.invalid("tool_choice", "is required, and 'tools' names none");
      }
      return choice;
    }
    BodyFields fields = BodyFields.of("tool_choice", choice);
    requireFunction(fields);
    String name = name(fields);
    fields.requireNoOthers();
    boolean known = false;
    for (JsonNode tool : tools) {
      known |= tool.path("name").asText().equals(name);
    }
    if (!known) {
      throw fields.wrong("name", "is '%s', and 'tools' has no such function".formatted(name));
    }
    chat.putObject("tool_choice").put("type", "function").putObject("function").put("name", name);
    return choice;
  }
}
