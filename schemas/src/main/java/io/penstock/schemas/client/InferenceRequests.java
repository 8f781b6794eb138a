package io.penstock.schemas.client;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.models.Endpoint;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Begins requests with a new id. Class, deadline and the rest are set on the builder; class and
 * deadline have defaults.
 */
public final class InferenceRequests {

  private InferenceRequests() {}

  /** One user message. */
  public static InferenceRequest.Builder chat(String model, String message) {
    ObjectNode body = body(model);
    body.putArray("messages").addObject().put("role", "user").put("content", message);
    return of(Endpoint.CHAT_COMPLETIONS, model, body.toString());
  }

  public static InferenceRequest.Builder completion(String model, String prompt) {
    return of(Endpoint.COMPLETIONS, model, body(model).put("prompt", prompt).toString());
  }

  public static InferenceRequest.Builder embedding(String model, String input) {
    return of(Endpoint.EMBEDDINGS, model, body(model).put("input", input).toString());
  }

  /**
   * A request with a body of one's own.
   *
   * @param json the OpenAI-style body
   */
  public static InferenceRequest.Builder of(Endpoint endpoint, String model, String json) {
    return InferenceRequest.newBuilder()
        .setId(Ids.next())
        .setEndpoint(endpoint.path())
        .setModel(model)
        .setBody(ByteBuffer.wrap(json.getBytes(StandardCharsets.UTF_8)));
  }

  private static ObjectNode body(String model) {
    return JsonNodeFactory.instance.objectNode().put("model", model);
  }
}
