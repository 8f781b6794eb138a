package io.penstock.broker.errors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * An error as OpenAI's clients expect it.
 *
 * @param status the HTTP status, 400 to 599
 * @param type its family, such as {@code invalid_request_error}
 * @param code its stable name, such as {@code model_not_found}
 * @param message what is wrong and what remedies it
 * @param param the field at fault
 * @param headers further headers of the answer, such as {@code retry-after}
 */
public record ApiError(
    int status,
    String type,
    String code,
    String message,
    Optional<String> param,
    Map<String, String> headers) {

  /** OpenAI's clients do not try again by themselves where this is false. */
  public static final String SHOULD_RETRY = "x-should-retry";

  public static final String RETRY_AFTER = "retry-after";

  private static final JsonFactory JSON = new JsonFactory();

  public ApiError {
    if (status < 400 || status > 599) {
      throw new IllegalArgumentException("status is %d; it must be an error".formatted(status));
    }
    headers = Map.copyOf(headers);
  }

  /** The caller sent something wrong in this field. */
  public static ApiError invalid(String param, String code, String message) {
    return new ApiError(400, "invalid_request_error", code, message, Optional.of(param), Map.of());
  }

  /** The caller sent something wrong, in no field in particular. */
  public static ApiError invalid(int status, String code, String message) {
    return new ApiError(status, "invalid_request_error", code, message, Optional.empty(), Map.of());
  }

  /** There is no such thing, or it is another tenant's, which looks the same. */
  public static ApiError notFound(String what, String id) {
    return invalid(404, "not_found", "No %s found with id '%s'.".formatted(what, id));
  }

  /** The caller did nothing wrong. */
  public static ApiError server(int status, String code, String message) {
    return new ApiError(status, "server_error", code, message, Optional.empty(), Map.of());
  }

  /** The front cannot serve it now, and soon will. */
  public static ApiError unavailable(String message, Duration retryAfter) {
    return server(503, "unavailable", message).retryAfter(retryAfter);
  }

  /** The same with one more header. */
  public ApiError with(String header, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new ApiError(status, type, code, message, param, more);
  }

  /** The same, and when to try again: in whole seconds, at least one. */
  public ApiError retryAfter(Duration wait) {
    long seconds = Math.max(1, wait.plusMillis(999).toSeconds());
    return with(RETRY_AFTER, Long.toString(seconds));
  }

  /** The body of the answer. */
  public byte[] json() {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeObjectFieldStart("error");
      json.writeStringField("message", message);
      json.writeStringField("type", type);
      if (param.isPresent()) {
        json.writeStringField("param", param.get());
      } else {
        json.writeNullField("param");
      }
      json.writeStringField("code", code);
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    return out.toByteArray();
  }
}
