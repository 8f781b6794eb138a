package io.penstock.broker.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * What the body of a call to {@code /v1/responses} asks for.
 *
 * @param chat the same as the body of a chat completion
 * @param input what the caller gave as input: a string, or items
 * @param echo the parameters that the response object repeats, with their defaults
 * @param store whether the response can be fetched later
 * @param background whether the caller comes back for it instead of waiting
 * @param stream whether the caller wants its events
 */
public record ResponseRequest(
    ObjectNode chat,
    JsonNode input,
    ObjectNode echo,
    boolean store,
    boolean background,
    boolean stream) {

  /** The body for the engine. */
  public byte[] chatBody() {
    return ResponseJsonMapper.write(chat);
  }
}
