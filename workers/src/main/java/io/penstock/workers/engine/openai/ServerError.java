package io.penstock.workers.engine.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.penstock.schemas.text.Printable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Reads a server's error message in any of the usual shapes: OpenAI's {@code error} object, vLLM's
 * older flat one, Ollama's {@code error} string, FastAPI's {@code detail}; otherwise the text
 * itself. All of it is printable and free of secrets.
 *
 * @param message at most 500 characters on one line; may be empty
 * @param param the field at fault, if it names one
 * @param code its own name of the error, of its code and type, such as {@code insufficient_quota};
 *     may be empty
 * @param status the HTTP status that the error itself gives as its code, 400 to 599, if it does
 */
record ServerError(String message, Optional<String> param, String code, OptionalInt status) {

  private static final int MAX_MESSAGE = 500;
  private static final int MAX_PARAM = 100;

  /** The most that is read of a body that is not JSON. */
  private static final int MAX_TEXT_BYTES = 8 * MAX_MESSAGE;

  private static final JsonMapper JSON = new JsonMapper();

  /**
   * @param scrub takes the secrets out of a text, before anything is cut off: half a key is one
   */
  static ServerError read(byte[] body, UnaryOperator<String> scrub) {
    try {
      JsonNode root = JSON.readTree(body);
      if (root != null && root.isObject()) {
        return read(root, scrub);
      }
    } catch (IOException e) {
      // The body is not JSON. A proxy may have sent it.
    }
    int length = Math.min(body.length, MAX_TEXT_BYTES);
    String text = new String(body, 0, length, StandardCharsets.UTF_8);
    return new ServerError(
        oneLine(scrub.apply(text), MAX_MESSAGE), Optional.empty(), "", OptionalInt.empty());
  }

  private static ServerError read(JsonNode root, UnaryOperator<String> scrub) {
    JsonNode error = root.get("error");
    JsonNode holder = error != null && error.isObject() ? error : root;
    JsonNode message = holder.get("message");
    if (message == null) {
      message = error != null && error.isTextual() ? error : root.get("detail");
    }
    String text =
        message == null ? "" : message.isTextual() ? message.asText() : message.toString();
    JsonNode param = holder.get("param");
    return new ServerError(
        oneLine(scrub.apply(text), MAX_MESSAGE),
        param != null && param.isTextual() && !param.asText().isBlank()
            ? Optional.of(oneLine(scrub.apply(param.asText()), MAX_PARAM))
            : Optional.empty(),
        (text(holder.get("code"), scrub) + " " + text(holder.get("type"), scrub)).strip(),
        status(holder.get("code")));
  }

  private static String text(@Nullable JsonNode node, UnaryOperator<String> scrub) {
    return node != null && node.isTextual() ? oneLine(scrub.apply(node.asText()), MAX_PARAM) : "";
  }

  private static OptionalInt status(@Nullable JsonNode code) {
    int status = code == null ? 0 : code.asInt(0);
    return status >= 400 && status <= 599 ? OptionalInt.of(status) : OptionalInt.empty();
  }

  private static String oneLine(String text, int most) {
    return Printable.of(text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip(), most);
  }
}
