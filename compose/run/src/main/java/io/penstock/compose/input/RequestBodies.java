package io.penstock.compose.input;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** OpenAI-style bodies made from a text. */
public final class RequestBodies {

  public static final String CHAT = "/v1/chat/completions";
  public static final String COMPLETIONS = "/v1/completions";
  public static final String EMBEDDINGS = "/v1/embeddings";

  /** The endpoints that requests may have. */
  public static final List<String> ENDPOINTS = List.of(CHAT, COMPLETIONS, EMBEDDINGS);

  private RequestBodies() {}

  /**
   * The body that sends this text to the endpoint.
   *
   * @throws IllegalArgumentException if the endpoint is none of {@link #ENDPOINTS}
   */
  public static ObjectNode of(String endpoint, String model, String text) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", model);
    switch (endpoint) {
      case EMBEDDINGS -> body.put("input", text);
      case COMPLETIONS -> body.put("prompt", text);
      case CHAT -> body.putArray("messages").addObject().put("role", "user").put("content", text);
      default ->
          throw new IllegalArgumentException(
              "endpoint '%s' must be one of %s".formatted(endpoint, String.join(", ", ENDPOINTS)));
    }
    return body;
  }
}
