package io.penstock.broker.messages;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.errors.MessagesError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Turns a line of a batch's output or error file into Anthropic's line of results. Pure. */
final class MessageResult {

  private static final ObjectMapper JSON = new ObjectMapper();

  /** What precedes a request's id in a line's. */
  private static final String LINE_PREFIX = "batch_req_";

  private MessageResult() {}

  /**
   * The line of results.
   *
   * @param line one JSON object
   * @throws IOException if it is none
   */
  static byte[] of(byte[] line) throws IOException {
    JsonNode json = JSON.readTree(line);
    ObjectNode result = JSON.createObjectNode().put("custom_id", json.path("custom_id").asText());
    result.set("result", result(json));
    return (JSON.writeValueAsString(result) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private static ObjectNode result(JsonNode line) {
    JsonNode response = line.path("response");
    if (!response.isObject()) {
      return withoutResponse(line.path("error"));
    }
    JsonNode body = response.path("body");
    int status = response.path("status_code").asInt();
    if (status >= 400 || !body.path("choices").isArray()) {
      return errored(
          MessagesError.type(status >= 400 ? status : 502),
          body.at("/error/message").asText("The engine's answer is no chat completion."));
    }
    ObjectNode succeeded = JSON.createObjectNode().put("type", "succeeded");
    String id = line.path("id").asText();
    succeeded.set(
        "message",
        message(
            body, "msg_" + (id.startsWith(LINE_PREFIX) ? id.substring(LINE_PREFIX.length()) : id)));
    return succeeded;
  }

  private static ObjectNode withoutResponse(JsonNode error) {
    return switch (error.path("code").asText()) {
      case "batch_expired" -> JSON.createObjectNode().put("type", "expired");
      case "batch_cancelled" -> JSON.createObjectNode().put("type", "canceled");
      case "request_timeout" -> errored("timeout_error", error.path("message").asText());
      default -> errored("api_error", error.path("message").asText());
    };
  }

  private static ObjectNode errored(String type, String message) {
    ObjectNode errored = JSON.createObjectNode().put("type", "errored");
    ObjectNode error = errored.putObject("error").put("type", "error");
    error.putObject("error").put("type", type).put("message", message);
    return errored;
  }

  private static ObjectNode message(JsonNode completion, String id) {
    JsonNode choice = completion.path("choices").path(0);
    ObjectNode message =
        JSON.createObjectNode()
            .put("id", id)
            .put("type", "message")
            .put("role", "assistant")
            .put("model", completion.path("model").asText());
    String text =
        choice.at("/message/content").asText("") + choice.at("/message/refusal").asText("");
    var content = message.putArray("content");
    if (!text.isEmpty()) {
      content.addObject().put("type", "text").put("text", text).putNull("citations");
    }
    stop(choice, message);
    usage(completion.path("usage"), message.putObject("usage"));
    return message;
  }

  /** Some engines say at which sequence they stopped. */
  private static void stop(JsonNode choice, ObjectNode message) {
    JsonNode sequence = choice.path("stop_reason");
    boolean stopped = choice.path("finish_reason").asText().equals("stop");
    if (stopped && sequence.isTextual()) {
      message.put("stop_reason", "stop_sequence").put("stop_sequence", sequence.asText());
      return;
    }
    String reason =
        switch (choice.path("finish_reason").asText()) {
          case "length" -> "max_tokens";
          case "content_filter" -> "refusal";
          default -> "end_turn";
        };
    message.put("stop_reason", reason).putNull("stop_sequence");
  }

  private static void usage(JsonNode usage, ObjectNode into) {
    long cached = usage.at("/prompt_tokens_details/cached_tokens").asLong();
    into.put("input_tokens", Math.max(0, usage.path("prompt_tokens").asLong() - cached))
        .put("output_tokens", usage.path("completion_tokens").asLong())
        .put("cache_read_input_tokens", cached)
        .put("cache_creation_input_tokens", 0)
        .set("server_tool_use", JsonNodeFactory.instance.nullNode());
  }
}
