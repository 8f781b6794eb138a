package io.penstock.workers.engine.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a server says went wrong, in any of the usual shapes: OpenAI's {@code error} object, vLLM's
 * older flat one, Ollama's {@code error} string, FastAPI's {@code detail}; otherwise the text
 * itself.
 *
 * @param message at most 500 characters on one line; may be empty
 * @param param the field at fault, if it names one
 * @param code its own name of the error, of its code and type, such as {@code insufficient_quota};
 *     may be empty
 */
record ServerError(String message, Optional<String> param, String code) {

  private static final int MAX_MESSAGE = 500;
  private static final int MAX_PARAM = 100;
  private static final JsonMapper JSON = new JsonMapper();

  static ServerError read(byte[] body) {
    try {
      JsonNode root = JSON.readTree(body);
      if (root != null && root.isObject()) {
        return read(root);
      }
    } catch (IOException e) {
      // Not JSON: a proxy's page, perhaps.
    }
    int length = Math.min(body.length, 4 * MAX_MESSAGE);
    return new ServerError(
        oneLine(new String(body, 0, length, StandardCharsets.UTF_8), MAX_MESSAGE),
        Optional.empty(),
        "");
  }

  private static ServerError read(JsonNode root) {
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
        oneLine(text, MAX_MESSAGE),
        param != null && param.isTextual() && !param.asText().isBlank()
            ? Optional.of(oneLine(param.asText(), MAX_PARAM))
            : Optional.empty(),
        (text(holder.get("code")) + " " + text(holder.get("type"))).strip());
  }

  private static String text(@Nullable JsonNode node) {
    return node != null && node.isTextual() ? oneLine(node.asText(), MAX_PARAM) : "";
  }

  /** Without the key, should the server have quoted it. */
  ServerError without(String secret) {
    return secret.isEmpty() ? this : new ServerError(message.replace(secret, "[key]"), param, code);
  }

  private static String oneLine(String text, int most) {
    String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() <= most ? line : line.substring(0, most) + "...";
  }
}
