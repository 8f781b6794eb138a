package io.penstock.broker.errors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** An error as Anthropic's clients expect it. */
public final class MessagesError {

  private static final String ROOT = "/v1/messages";
  private static final JsonFactory JSON = new JsonFactory();

  private MessagesError() {}

  /** Whether a path is one of Anthropic's API. */
  public static boolean isAt(String path) {
    return path.equals(ROOT) || path.startsWith(ROOT + "/");
  }

  /** The body of the answer. */
  public static byte[] json(ApiError error) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeStringField("type", "error");
      json.writeObjectFieldStart("error");
      json.writeStringField("type", type(error.status()));
      json.writeStringField("message", error.message());
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    return out.toByteArray();
  }

  /** The family of an error, by its HTTP status. */
  public static String type(int status) {
    return switch (status) {
      case 401 -> "authentication_error";
      case 403 -> "permission_error";
      case 404, 410 -> "not_found_error";
      case 413 -> "request_too_large";
      case 429 -> "rate_limit_error";
      case 503, 529 -> "overloaded_error";
      case 504 -> "timeout_error";
      default -> status >= 500 ? "api_error" : "invalid_request_error";
    };
  }
}
