package io.penstock.broker.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.json.JsonMessage;
import java.io.IOException;

/** Reads bodies that must be a JSON object. */
public final class JsonBody {

  private JsonBody() {}

  /**
   * The object.
   *
   * @param mapper says how strictly it is read
   * @throws ApiException with 400 if it is none, saying where it breaks
   */
  public static ObjectNode object(ObjectMapper mapper, byte[] body) {
    try {
      if (mapper.readTree(body) instanceof ObjectNode object) {
        return object;
      }
    } catch (JsonProcessingException malformed) {
      throw new ApiException(
          ApiError.invalid(
              400,
              "invalid_json",
              "The body is not valid JSON: %s.".formatted(JsonMessage.of(malformed))));
    } catch (IOException impossible) {
      throw new IllegalStateException("reading from memory", impossible);
    }
    throw new ApiException(
        ApiError.invalid(400, "invalid_json", "The body must be a JSON object."));
  }
}
