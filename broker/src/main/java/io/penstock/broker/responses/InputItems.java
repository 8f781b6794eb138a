package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The input of a response as OpenAI lists it: what the caller left out is filled in, and each item
 * has an id that follows from the response's. The input was judged when the response was made.
 */
public final class InputItems {

  private static final String COMPLETED = "completed";

  private final StoredResponse response;
  private final List<ObjectNode> items = new ArrayList<>();

  private InputItems(StoredResponse response) {
    this.response = response;
  }

  /** The items in the caller's order; empty if the input was too long to be kept. */
  public static List<ObjectNode> of(StoredResponse response) {
    InputItems items = new InputItems(response);
    if (response.input().length > 0) {
      items.read(ResponseJsonMapper.read(response.input()));
    }
    return items.items;
  }

  private void read(JsonNode input) {
    if (input.isTextual()) {
      ObjectNode message = ResponseJsonMapper.object().put("role", "user");
      message.set("content", input);
      add(message);
    } else {
      input.forEach(this::add);
    }
  }

  private void add(JsonNode given) {
    switch (given.path("type").asText("message")) {
      case "function_call" ->
          item("function_call", "fc", given)
              .put("call_id", given.path("call_id").asText())
              .put("name", given.path("name").asText())
              .put("arguments", given.path("arguments").asText());
      case "function_call_output" -> {
        ObjectNode item =
            item("function_call_output", "fco", given)
                .put("call_id", given.path("call_id").asText());
        item.set("output", given.path("output"));
      }
      default -> message(given);
    }
  }

  private ObjectNode item(String type, String prefix, JsonNode given) {
    ObjectNode item =
        ResponseJsonMapper.object()
            .put("id", response.inputId(prefix, items.size()))
            .put("type", type)
            .put("status", given.path("status").asText(COMPLETED));
    items.add(item);
    return item;
  }

  private void message(JsonNode given) {
    String role = given.path("role").asText();
    ArrayNode content = item("message", "msg", given).put("role", role).putArray("content");
    boolean assistant = role.equals("assistant");
    if (given.path("content").isTextual()) {
      content.add(text(assistant, given.path("content").asText()));
      return;
    }
    for (JsonNode part : given.path("content")) {
      content.add(
          part.path("type").asText().equals("refusal")
              ? OutputItems.refusal(part.path("refusal").asText())
              : text(assistant, part.path("text").asText()));
    }
  }

  private static ObjectNode text(boolean assistant, String text) {
    return assistant
        ? OutputItems.text(text)
        : ResponseJsonMapper.object().put("type", "input_text").put("text", text);
  }
}
