package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.inference.ResultReply;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.TerminalStatus;
import java.nio.ByteBuffer;
import java.util.Optional;

/** The response object, which follows from what is stored and from the result alone. */
public final class ResponseObject {

  /** The state of a response that has not ended. */
  public enum Open {
    QUEUED("queued"),
    IN_PROGRESS("in_progress");

    private final String wire;

    Open(String wire) {
      this.wire = wire;
    }
  }

  private ResponseObject() {}

  /** A response without an answer yet. */
  public static ObjectNode open(StoredResponse response, Open state) {
    ObjectNode json = begin(response, state.wire);
    json.putNull("completed_at").putNull("error").putNull("incomplete_details");
    return end(json, response, ResponseJsonMapper.object().putArray("output"), Optional.empty());
  }

  /** A response that has ended with this result. */
  public static ObjectNode ended(StoredResponse response, InferenceResult result) {
    return switch (result.getStatus()) {
      case SUCCEEDED -> succeeded(response, result);
      case CANCELLED -> unanswered(response, result, "cancelled");
      case FAILED, EXPIRED -> unanswered(response, result, "failed");
    };
  }

  private static ObjectNode succeeded(StoredResponse response, InferenceResult result) {
    ChatAnswer answer = ChatAnswer.of(response, body(result));
    boolean whole = answer.incomplete().isEmpty();
    ObjectNode json = begin(response, whole ? "completed" : "incomplete");
    if (whole) {
      json.put("completed_at", result.getFinishedAt().getEpochSecond());
    } else {
      json.putNull("completed_at");
    }
    json.putNull("error");
    answer
        .incomplete()
        .ifPresentOrElse(
            reason -> json.putObject("incomplete_details").put("reason", reason),
            () -> json.putNull("incomplete_details"));
    return end(json, response, answer.output(), answer.usage().or(() -> usage(result)));
  }

  private static ObjectNode unanswered(
      StoredResponse response, InferenceResult result, String status) {
    ObjectNode json = begin(response, status);
    json.putNull("completed_at");
    if (result.getStatus() == TerminalStatus.CANCELLED) {
      json.putNull("error");
    } else {
      ApiError error = ResultReply.error(result).orElseThrow();
      json.putObject("error").put("code", code(error)).put("message", error.message());
    }
    json.putNull("incomplete_details");
    return end(json, response, ResponseJsonMapper.object().putArray("output"), usage(result));
  }

  /** The API has few codes; the message says the rest. */
  private static String code(ApiError error) {
    if (error.status() == 429) {
      return "rate_limit_exceeded";
    }
    return error.status() < 500 ? "invalid_prompt" : "server_error";
  }

  private static Optional<ObjectNode> usage(InferenceResult result) {
    return result
        .getUsage()
        .map(
            usage ->
                ChatAnswer.usage(usage.getPromptTokens(), 0, 0, usage.getCompletionTokens(), 0));
  }

  private static ObjectNode begin(StoredResponse response, String status) {
    return ResponseJsonMapper.object()
        .put("id", response.id())
        .put("object", "response")
        .put("created_at", response.createdAt().getEpochSecond())
        .put("status", status);
  }

  private static ObjectNode end(
      ObjectNode json, StoredResponse response, ArrayNode output, Optional<ObjectNode> usage) {
    json.set("output", output);
    ObjectNode echo = ResponseJsonMapper.readObject(response.echo()).orElseThrow();
    json.setAll(echo);
    usage.ifPresent(tokens -> json.set("usage", tokens));
    return json;
  }

  static byte[] body(InferenceResult result) {
    ByteBuffer body = result.getBody().orElseGet(() -> ByteBuffer.allocate(0)).duplicate();
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }
}
