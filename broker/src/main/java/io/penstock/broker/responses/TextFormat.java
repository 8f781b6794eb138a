package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/** The field {@code text}: what the answer's text must look like. */
final class TextFormat {

  private static final List<String> TYPES = List.of("text", "json_object", "json_schema");
  private static final int LONGEST_NAME = 64;

  private TextFormat() {}

  static void read(Optional<BodyFields> text, ObjectNode chat, ObjectNode echo) {
    ObjectNode shown = echo.putObject("text");
    Optional<BodyFields> format = text.flatMap(each -> each.object("format"));
    if (format.isPresent()) {
      format(format.get(), chat, shown);
    } else {
      shown.putObject("format").put("type", "text");
    }
    text.flatMap(each -> each.oneOf("verbosity", List.of("low", "medium", "high")))
        .ifPresent(
            verbosity -> {
              chat.put("verbosity", verbosity);
              shown.put("verbosity", verbosity);
            });
    text.ifPresent(BodyFields::requireNoOthers);
  }

  private static void format(BodyFields format, ObjectNode chat, ObjectNode shown) {
    String type =
        format
            .oneOf("type", TYPES)
            .orElseThrow(() -> format.wrong("type", "is missing; give " + TYPES.getFirst()));
    switch (type) {
      case "json_object" -> chat.putObject("response_format").put("type", type);
      case "json_schema" -> schema(format, chat);
      default -> {
        // Engines give text unless they are asked for something else.
      }
    }
    format.requireNoOthers();
    shown.set("format", format.node().deepCopy());
  }

  private static void schema(BodyFields format, ObjectNode chat) {
    ObjectNode said =
        chat.putObject("response_format").put("type", "json_schema").putObject("json_schema");
    said.put("name", name(format));
    format.text("description").ifPresent(text -> said.put("description", text));
    said.set(
        "schema",
        format
            .object("schema")
            .orElseThrow(() -> format.wrong("schema", "is missing; give a JSON schema"))
            .node());
    format.flag("strict").ifPresent(strict -> said.put("strict", strict));
  }

  private static String name(BodyFields format) {
    return format
        .text("name", LONGEST_NAME)
        .orElseThrow(() -> format.wrong("name", "is missing; name the schema"));
  }
}
