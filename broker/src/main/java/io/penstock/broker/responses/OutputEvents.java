package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Makes the events of a response's output of the chunks of a chat completion. They follow from the
 * chunks alone, so whoever reads the same chunks makes the same events. Numbers come later.
 */
final class OutputEvents {

  private final StoredResponse response;
  private final OutputItems begun;
  private final Map<Integer, Call> calls = new TreeMap<>();
  private @Nullable Message message;
  private int items;
  private List<ObjectNode> made = new ArrayList<>();

  OutputEvents(StoredResponse response) {
    this.response = response;
    this.begun = new OutputItems(response, false);
  }

  /** A message, and how much of it has come. */
  private static final class Message {

    private final int outputIndex;
    private final List<Part> parts = new ArrayList<>();

    private Message(int outputIndex) {
      this.outputIndex = outputIndex;
    }
  }

  /** A part of a message: its text, or why there is none. */
  private static final class Part {

    private final boolean refusal;
    private final StringBuilder text = new StringBuilder();

    private Part(boolean refusal) {
      this.refusal = refusal;
    }

    private ObjectNode json() {
      return refusal ? OutputItems.refusal(text.toString()) : OutputItems.text(text.toString());
    }

    private String family() {
      return refusal ? "response.refusal" : "response.output_text";
    }
  }

  /** A call of a function, and how much of it has come. */
  private static final class Call {

    private final StringBuilder arguments = new StringBuilder();
    private String callId = "";
    private String name = "";
    private int outputIndex = -1;

    private boolean isShown() {
      return outputIndex >= 0;
    }
  }

  /** The events of the next chunk; none for one that brings no output. */
  List<ObjectNode> chunk(byte[] json) {
    JsonNode delta =
        ResponseJsonMapper.readObject(json)
            .<JsonNode>map(chunk -> chunk.path("choices").path(0).path("delta"))
            .orElseGet(ResponseJsonMapper::object);
    piece(delta.path("content").asText(""), false);
    piece(delta.path("refusal").asText(""), true);
    for (JsonNode call : delta.path("tool_calls")) {
      call(call);
    }
    return taken();
  }

  private List<ObjectNode> taken() {
    List<ObjectNode> all = made;
    made = new ArrayList<>();
    return all;
  }

  private void piece(String text, boolean refusal) {
    if (text.isEmpty()) {
      return;
    }
    Message open = openMessage();
    int index = 0;
    while (index < open.parts.size() && open.parts.get(index).refusal != refusal) {
      index++;
    }
    if (index == open.parts.size()) {
      Part part = new Part(refusal);
      open.parts.add(part);
      ofPart("response.content_part.added", open, index).set("part", part.json());
    }
    Part part = open.parts.get(index);
    part.text.append(text);
    ObjectNode event = ofPart(part.family() + ".delta", open, index).put("delta", text);
    if (!refusal) {
      event.putArray("logprobs");
    }
  }

  private Message openMessage() {
    Message open = message;
    if (open == null) {
      open = new Message(items++);
      message = open;
      event("response.output_item.added")
          .put("output_index", open.outputIndex)
          .set("item", begun.begunMessage());
    }
    return open;
  }

  private void call(JsonNode piece) {
    int index = piece.path("index").asInt();
    Call call = calls.computeIfAbsent(index, _ -> new Call());
    JsonNode function = piece.path("function");
    call.callId = call.callId.isEmpty() ? piece.path("id").asText("") : call.callId;
    call.name = call.name.isEmpty() ? function.path("name").asText("") : call.name;
    if (!call.isShown() && !call.name.isEmpty()) {
      call.outputIndex = items++;
      event("response.output_item.added")
          .put("output_index", call.outputIndex)
          .set("item", begun.begunFunctionCall(index, call.callId, call.name));
      arguments(index, call, call.arguments.toString());
    }
    String more = function.path("arguments").asText("");
    call.arguments.append(more);
    if (call.isShown()) {
      arguments(index, call, more);
    }
  }

  private void arguments(int index, Call call, String more) {
    if (!more.isEmpty()) {
      ofCall("response.function_call_arguments.delta", index, call).put("delta", more);
    }
  }

  /**
   * The events that close what is open, once the answer is whole.
   *
   * @param incomplete whether it was cut short
   */
  List<ObjectNode> close(boolean incomplete) {
    OutputItems done = new OutputItems(response, incomplete);
    Map<Integer, Runnable> closing = new TreeMap<>();
    Message open = message;
    if (open != null) {
      closing.put(open.outputIndex, () -> closeMessage(open, done));
    }
    calls.forEach(
        (index, call) -> {
          if (call.isShown()) {
            closing.put(call.outputIndex, () -> closeCall(index, call, done));
          }
        });
    closing.values().forEach(Runnable::run);
    return taken();
  }

  private void closeMessage(Message open, OutputItems done) {
    ArrayNode parts = ResponseJsonMapper.object().putArray("content");
    for (int index = 0; index < open.parts.size(); index++) {
      Part part = open.parts.get(index);
      ObjectNode event =
          ofPart(part.family() + ".done", open, index)
              .put(part.refusal ? "refusal" : "text", part.text.toString());
      if (!part.refusal) {
        event.putArray("logprobs");
      }
      ofPart("response.content_part.done", open, index).set("part", part.json());
      parts.add(part.json());
    }
    event("response.output_item.done")
        .put("output_index", open.outputIndex)
        .set("item", done.message(parts));
  }

  private void closeCall(int index, Call call, OutputItems done) {
    String arguments = call.arguments.toString();
    ofCall("response.function_call_arguments.done", index, call)
        .put("name", call.name)
        .put("arguments", arguments);
    event("response.output_item.done")
        .put("output_index", call.outputIndex)
        .set("item", done.functionCall(index, call.callId, call.name, arguments));
  }

  private ObjectNode ofPart(String type, Message open, int index) {
    return event(type)
        .put("item_id", response.messageId())
        .put("output_index", open.outputIndex)
        .put("content_index", index);
  }

  private ObjectNode ofCall(String type, int index, Call call) {
    return event(type)
        .put("item_id", response.functionCallId(index))
        .put("output_index", call.outputIndex);
  }

  private ObjectNode event(String type) {
    ObjectNode event = ResponseJsonMapper.object().put("type", type);
    made.add(event);
    return event;
  }
}
