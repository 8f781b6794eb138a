package io.penstock.broker.stream;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.InferenceResult;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * A whole answer as the chunks of a stream: one with all of it, and one with the usage. Not every
 * engine streams, and whoever asked for a stream gets one all the same.
 */
final class WholeAnswer {

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
                  .build())
          .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
          .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
          .build();

  private WholeAnswer() {}

  /**
   * The chunks; none if the body is no completion.
   *
   * @param includeUsage whether the usage is wanted
   */
  static List<byte[]> chunks(InferenceResult result, boolean includeUsage) {
    try {
      return JSON.readTree(body(result)) instanceof ObjectNode answer
              && answer.get("choices") instanceof ArrayNode choices
          ? chunks(answer, choices, includeUsage)
          : List.of();
    } catch (IOException notJson) {
      return List.of();
    }
  }

  private static List<byte[]> chunks(ObjectNode answer, ArrayNode choices, boolean includeUsage)
      throws IOException {
    JsonNode usage = answer.remove("usage");
    if (answer.path("object").asText("").equals("chat.completion")) {
      answer.put("object", "chat.completion.chunk");
    }
    for (JsonNode choice : choices) {
      if (choice instanceof ObjectNode piece && piece.remove("message") instanceof ObjectNode all) {
        numberCalls(all);
        piece.set("delta", all);
      }
    }
    List<byte[]> chunks = new ArrayList<>();
    chunks.add(JSON.writeValueAsBytes(answer));
    if (includeUsage && usage != null && usage.isObject()) {
      answer.putArray("choices");
      answer.set("usage", usage);
      chunks.add(JSON.writeValueAsBytes(answer));
    }
    return chunks;
  }

  /** In a stream each call has an index, by which its pieces are put together. */
  private static void numberCalls(ObjectNode delta) {
    int index = 0;
    for (JsonNode call : delta.path("tool_calls")) {
      if (call instanceof ObjectNode each && !each.has("index")) {
        each.put("index", index);
      }
      index++;
    }
  }

  private static byte[] body(InferenceResult result) {
    ByteBuffer body = result.getBody().orElseGet(() -> ByteBuffer.allocate(0)).duplicate();
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return bytes;
  }
}
