package io.penstock.compose.demo.routing;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.client.InferenceRequests;
import io.penstock.schemas.models.Endpoint;

/** Requests of the routing demo. */
final class DemoRequests {

  private DemoRequests() {}

  /**
   * A chat request of the interactive class.
   *
   * @param model what it names as its model
   * @param prompt the user's message
   * @param maxTokens the most tokens of the answer
   */
  static InferenceRequest.Builder chat(String model, String prompt, int maxTokens) {
    ObjectNode body = JsonNodeFactory.instance.objectNode().put("model", model);
    body.putArray("messages").addObject().put("role", "user").put("content", prompt);
    body.put("max_tokens", maxTokens);
    return InferenceRequests.of(Endpoint.CHAT_COMPLETIONS, model, body.toString())
        .setTenant("demo")
        .setServiceClass(ServiceClass.INTERACTIVE);
  }
}
