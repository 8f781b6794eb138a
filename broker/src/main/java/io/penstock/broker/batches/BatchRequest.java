package io.penstock.broker.batches;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.batches.lifecycle.CompletionWindow;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.files.FileExpiry;
import io.penstock.schemas.models.Endpoint;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The body that makes a batch.
 *
 * @param inputFile the id of the file with its requests
 * @param endpoint the OpenAI path of all of them
 * @param window how long it may take
 * @param metadata the requester's own labels
 * @param outputExpiresAfter how long its files are kept; empty takes the setting
 */
record BatchRequest(
    String inputFile,
    Endpoint endpoint,
    CompletionWindow window,
    Map<String, String> metadata,
    Optional<Duration> outputExpiresAfter) {

  private static final ObjectMapper JSON = new ObjectMapper();

  private static final Set<String> FIELDS =
      Set.of("input_file_id", "endpoint", "completion_window", "metadata", "output_expires_after");

  private static final int MOST_LABELS = 16;
  private static final int LONGEST_KEY = 64;
  private static final int LONGEST_VALUE = 512;

  /**
   * Reads a body.
   *
   * @param longestWindow the longest that Penstock keeps a request waiting
   * @throws ApiException with 400, naming the field that is wrong and the remedy
   */
  static BatchRequest read(byte[] body, Duration longestWindow) {
    JsonNode json = object(body);
    json.fieldNames()
        .forEachRemaining(
            field -> {
              if (!FIELDS.contains(field)) {
                throw invalid(
                    field,
                    "unknown_parameter",
                    "%s is not a parameter of a batch; remove it.".formatted(field));
              }
            });
    return new BatchRequest(
        text(json, "input_file_id"),
        endpoint(text(json, "endpoint")),
        window(text(json, "completion_window"), longestWindow),
        metadata(json.path("metadata")),
        expiry(json.path("output_expires_after")));
  }

  private static JsonNode object(byte[] body) {
    try {
      JsonNode json = JSON.readTree(body);
      if (json.isObject()) {
        return json;
      }
    } catch (IOException refusedBelow) {
      // The message is the same.
    }
    throw new ApiException(
        ApiError.invalid(400, "invalid_json", "The body must be one JSON object."));
  }

  private static String text(JsonNode json, String field) {
    JsonNode value = json.path(field);
    if (value.isMissingNode() || value.isNull()) {
      throw invalid(field, "missing_required_parameter", "%s is missing; add it.".formatted(field));
    }
    if (!value.isTextual() || value.asText().isBlank()) {
      throw invalid(field, "invalid_type", "%s must be a string.".formatted(field));
    }
    return value.asText();
  }

  private static Endpoint endpoint(String path) {
    return Endpoint.ofPath(path)
        .orElseThrow(
            () ->
                invalid(
                    "endpoint",
                    "invalid_endpoint",
                    "endpoint must be /v1/chat/completions, /v1/completions or /v1/embeddings."));
  }

  private static CompletionWindow window(String text, Duration longest) {
    return CompletionWindow.of(text)
        .filter(window -> window.length().compareTo(longest) <= 0)
        .orElseThrow(
            () ->
                invalid(
                    "completion_window",
                    "invalid_completion_window",
                    "completion_window must be from 1m to %s, such as 90m, 24h or 7d."
                        .formatted(written(longest))));
  }

  private static String written(Duration longest) {
    Duration most = Duration.ofDays(7);
    Duration shown = longest.compareTo(most) < 0 ? longest : most;
    return shown.toMinutes() % 60 == 0 ? shown.toHours() + "h" : shown.toMinutes() + "m";
  }

  private static Map<String, String> metadata(JsonNode json) {
    Map<String, String> metadata = new LinkedHashMap<>();
    if (json.isMissingNode() || json.isNull()) {
      return metadata;
    }
    if (!json.isObject() || json.size() > MOST_LABELS) {
      throw invalid(
          "metadata",
          "invalid_metadata",
          "metadata must be an object of at most %d pairs.".formatted(MOST_LABELS));
    }
    for (Map.Entry<String, JsonNode> each : json.properties()) {
      JsonNode value = each.getValue();
      if (each.getKey().length() > LONGEST_KEY
          || !value.isTextual()
          || value.asText().length() > LONGEST_VALUE) {
        throw invalid(
            "metadata",
            "invalid_metadata",
            "Each key of metadata has at most %d characters, and each value is a string of at most %d."
                .formatted(LONGEST_KEY, LONGEST_VALUE));
      }
      metadata.put(each.getKey(), value.asText());
    }
    return metadata;
  }

  private static Optional<Duration> expiry(JsonNode json) {
    if (json.isMissingNode() || json.isNull()) {
      return Optional.empty();
    }
    JsonNode seconds = json.path("seconds");
    return Optional.of(
        FileExpiry.of(
            "output_expires_after",
            json.path("anchor").asText(),
            seconds.isIntegralNumber() ? Long.valueOf(seconds.asLong()) : null));
  }

  private static ApiException invalid(String field, String code, String message) {
    return new ApiException(ApiError.invalid(field, code, message));
  }
}
