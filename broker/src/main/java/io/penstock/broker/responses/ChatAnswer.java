package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Optional;

/**
 * A chat completion as the output of a response.
 *
 * @param output its items
 * @param incomplete why the answer is cut short; empty if it is whole
 * @param usage the tokens as the Responses API counts them, where the engine counted them
 */
record ChatAnswer(ArrayNode output, Optional<String> incomplete, Optional<ObjectNode> usage) {

  /**
   * Reads a chat completion.
   *
   * @param body as the engine gave it; one that is no chat completion has no output
   */
  static ChatAnswer of(StoredResponse response, byte[] body) {
    ObjectNode completion =
        ResponseJsonMapper.readObject(body).orElseGet(ResponseJsonMapper::object);
    JsonNode choice = completion.path("choices").path(0);
    Optional<String> incomplete = incomplete(choice.path("finish_reason").asText(""));
    OutputItems items = new OutputItems(response, incomplete.isPresent());
    return new ChatAnswer(
        items.of(choice.path("message")), incomplete, usage(completion.path("usage")));
  }

  /** Why an answer with this {@code finish_reason} is cut short, in the words of this API. */
  static Optional<String> incomplete(String finishReason) {
    return switch (finishReason) {
      case "length" -> Optional.of("max_output_tokens");
      case "content_filter" -> Optional.of("content_filter");
      default -> Optional.empty();
    };
  }

  private static Optional<ObjectNode> usage(JsonNode usage) {
    if (!usage.isObject()) {
      return Optional.empty();
    }
    JsonNode prompt = usage.path("prompt_tokens_details");
    JsonNode completion = usage.path("completion_tokens_details");
    return Optional.of(
        usage(
            usage.path("prompt_tokens").asLong(),
            prompt.path("cached_tokens").asLong(),
            prompt.path("cache_write_tokens").asLong(),
            usage.path("completion_tokens").asLong(),
            completion.path("reasoning_tokens").asLong()));
  }

  /** The tokens as the Responses API shows them. */
  static ObjectNode usage(long input, long cached, long cacheWrites, long output, long reasoning) {
    ObjectNode json = ResponseJsonMapper.object().put("input_tokens", input);
    json.putObject("input_tokens_details")
        .put("cached_tokens", cached)
        .put("cache_write_tokens", cacheWrites);
    json.put("output_tokens", output);
    json.putObject("output_tokens_details").put("reasoning_tokens", reasoning);
    return json.put("total_tokens", input + output);
  }
}
