package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/** Makes the items of a response's output. Ids follow from the response's, so all find the same. */
final class OutputItems {

  private final StoredResponse response;
  private final String status;

  /**
   * @param incomplete whether the answer was cut short
   */
  OutputItems(StoredResponse response, boolean incomplete) {
    this.response = response;
    this.status = incomplete ? "incomplete" : "completed";
  }

  /** The items of a whole message of the assistant. */
  ArrayNode of(JsonNode message) {
    ArrayNode items = ResponseJsonMapper.object().putArray("output");
    String text = message.path("content").asText("");
    String refusal = message.path("refusal").asText("");
    if (!text.isEmpty() || !refusal.isEmpty()) {
      ArrayNode parts = ResponseJsonMapper.object().putArray("content");
      if (!text.isEmpty()) {
        parts.add(text(text));
      }
      if (!refusal.isEmpty()) {
        parts.add(refusal(refusal));
      }
      items.add(message(parts));
    }
    JsonNode calls = message.path("tool_calls");
    for (int index = 0; index < calls.size(); index++) {
      JsonNode call = calls.get(index);
      items.add(
          functionCall(
              index,
              call.path("id").asText(""),
              call.path("function").path("name").asText(""),
              call.path("function").path("arguments").asText("")));
    }
    return items;
  }

  ObjectNode message(ArrayNode parts) {
    ObjectNode item = message(status);
    item.set("content", parts);
    return item;
  }

  /** A message of which nothing has come yet. */
  ObjectNode begunMessage() {
    ObjectNode item = message("in_progress");
    item.putArray("content");
    return item;
  }

  private ObjectNode message(String state) {
    return ResponseJsonMapper.object()
        .put("id", response.messageId())
        .put("type", "message")
        .put("role", "assistant")
        .put("status", state);
  }

  ObjectNode functionCall(int index, String callId, String name, String arguments) {
    return functionCall(index, callId, name, arguments, status);
  }

  /** A call of which only the function is known yet. */
  ObjectNode begunFunctionCall(int index, String callId, String name) {
    return functionCall(index, callId, name, "", "in_progress");
  }

  private ObjectNode functionCall(
      int index, String callId, String name, String arguments, String state) {
    String id = response.functionCallId(index);
    return ResponseJsonMapper.object()
        .put("id", id)
        .put("type", "function_call")
        .put("call_id", callId.isEmpty() ? id : callId)
        .put("name", name)
        .put("arguments", arguments)
        .put("status", state);
  }

  static ObjectNode text(String text) {
    ObjectNode part = ResponseJsonMapper.object().put("type", "output_text").put("text", text);
    part.putArray("annotations");
    part.putArray("logprobs");
    return part;
  }

  static ObjectNode refusal(String refusal) {
    return ResponseJsonMapper.object().put("type", "refusal").put("refusal", refusal);
  }
}
