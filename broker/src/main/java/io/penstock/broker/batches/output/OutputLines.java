package io.penstock.broker.batches.output;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ResultError;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Writes a request's line. An answer's body keeps the engine's bytes, except for line ends between
 * its tokens, which would cut the line in two.
 */
public final class OutputLines {

  /** OpenAI's own text. */
  private static final String EXPIRED =
      "This request could not be executed before the completion window expired.";

  private static final String CANCELLED =
      "This request was not executed because the batch was cancelled.";
  private static final String TIMEOUT_TYPE = "timeout_error";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private OutputLines() {}

  /** The line of a result, with its line end. */
  public static byte[] of(InferenceResult result) {
    String customId = result.getCustomId().orElse("");
    return switch (result.getStatus()) {
      case SUCCEEDED -> answer(result, customId);
      case FAILED -> failure(result, customId);
      case EXPIRED -> expired(result.getId(), customId);
      case CANCELLED -> cancelled(result.getId(), customId);
    };
  }

  /** The line of a request that was not run before the window closed. */
  public static byte[] expired(String requestId, String customId) {
    return withoutResponse(requestId, customId, "batch_expired", EXPIRED);
  }

  /** The line of a request that was not run because of a cancellation. */
  public static byte[] cancelled(String requestId, String customId) {
    return withoutResponse(requestId, customId, "batch_cancelled", CANCELLED);
  }

  /** The line of a request that the log does not take. */
  public static byte[] refused(String requestId, String customId, String message) {
    return line(
        requestId,
        customId,
        json -> {
          response(json, 400, requestId);
          error(json, message, "invalid_request_error", null, "invalid_request");
          json.writeEndObject();
          json.writeNullField("error");
        });
  }

  private static byte[] answer(InferenceResult result, String customId) {
    ByteBuffer body = result.getBody().orElseGet(() -> ByteBuffer.allocate(0)).duplicate();
    byte[] bytes = new byte[body.remaining()];
    body.get(bytes);
    return line(
        result.getId(),
        customId,
        json -> {
          response(json, result.getStatusCode(), result.getId());
          json.writeFieldName("body");
          if (isJson(bytes)) {
            json.writeRawValue(new String(onOneLine(bytes), StandardCharsets.UTF_8));
          } else {
            json.writeString(new String(bytes, StandardCharsets.UTF_8));
          }
          json.writeEndObject();
          json.writeNullField("error");
        });
  }

  private static byte[] failure(InferenceResult result, String customId) {
    ResultError error = result.getError().orElse(null);
    if (error == null) {
      return withoutResponse(
          result.getId(), customId, "server_error", "The request failed for an unknown reason.");
    }
    if (error.getType().equals(TIMEOUT_TYPE)) {
      return withoutResponse(result.getId(), customId, "request_timeout", error.getMessage());
    }
    return line(
        result.getId(),
        customId,
        json -> {
          response(json, result.getStatusCode(), result.getId());
          error(
              json,
              error.getMessage(),
              error.getType(),
              error.getParam().orElse(null),
              error.getCode());
          json.writeEndObject();
          json.writeNullField("error");
        });
  }

  private static byte[] withoutResponse(
      String requestId, String customId, String code, String message) {
    return line(
        requestId,
        customId,
        json -> {
          json.writeNullField("response");
          json.writeObjectFieldStart("error");
          json.writeStringField("code", code);
          json.writeStringField("message", message);
          json.writeEndObject();
        });
  }

  private static void response(JsonGenerator json, int statusCode, String requestId)
      throws IOException {
    json.writeObjectFieldStart("response");
    json.writeNumberField("status_code", statusCode);
    json.writeStringField("request_id", requestId);
  }

  private static void error(
      JsonGenerator json, String message, String type, @Nullable String param, String code)
      throws IOException {
    json.writeObjectFieldStart("body");
    json.writeObjectFieldStart("error");
    json.writeStringField("message", message);
    json.writeStringField("type", type);
    json.writeStringField("param", param);
    json.writeStringField("code", code);
    json.writeEndObject();
    json.writeEndObject();
  }

  @FunctionalInterface
  private interface Rest {
    void write(JsonGenerator json) throws IOException;
  }

  private static byte[] line(String requestId, String customId, Rest rest) {
    ByteArrayOutputStream line = new ByteArrayOutputStream(512);
    try (JsonGenerator json = JSON.createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("id", "batch_req_" + requestId);
      json.writeStringField("custom_id", customId);
      rest.write(json);
      json.writeEndObject();
    } catch (IOException inMemory) {
      throw new UncheckedIOException(inMemory);
    }
    line.write('\n');
    return line.toByteArray();
  }

  private static boolean isJson(byte[] body) {
    try (JsonParser parser = JSON.createParser(body)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException malformed) {
      return false;
    }
  }

  /** A string of JSON holds no line end, so each one lies between tokens. */
  private static byte[] onOneLine(byte[] json) {
    for (int at = 0; at < json.length; at++) {
      if (json[at] == '\n' || json[at] == '\r') {
        json[at] = ' ';
      }
    }
    return json;
  }
}
