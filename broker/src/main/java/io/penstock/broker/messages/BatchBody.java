package io.penstock.broker.messages;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.broker.batches.input.InputFault;
import io.penstock.broker.batches.input.InputLimits;
import io.penstock.broker.batches.input.InputRequests;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.schemas.json.JsonMessage;
import io.penstock.schemas.models.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the body that makes a batch of messages, and writes a batch's input file of it as it comes
 * in. Memory is bounded by one request and the names of all. For use by one thread.
 */
final class BatchBody {

  /**
   * What the body holds.
   *
   * @param requests how many, 1 or more
   * @param model the one that all of them name; empty where they name several
   */
  record Accepted(int requests, Optional<String> model) {}

  private static final Pattern CUSTOM_ID = Pattern.compile("[a-zA-Z0-9_-]{1,64}");

  /** JSON may write a character in six bytes. */
  private static final long MOST_BYTES_A_BYTE = 6;

  private static final ObjectMapper JSON =
      new ObjectMapper(
          JsonFactory.builder()
              .streamReadConstraints(
                  StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
              .build());

  private final InputLimits limits;
  private final OutputStream lines;
  private final Set<String> names = new HashSet<>();
  private long bytes;
  private @Nullable String model;
  private boolean severalModels;

  private BatchBody(InputLimits limits, OutputStream lines) {
    this.limits = limits;
    this.lines = lines;
  }

  /**
   * Reads a body to its end.
   *
   * @param lines receives the input file
   * @throws ApiException naming what is wrong, and which request it is
   * @throws IOException if the caller went away or the file cannot be written
   */
  static Accepted read(InputStream body, InputLimits limits, OutputStream lines)
      throws IOException {
    return new BatchBody(limits, lines).read(body);
  }

  private Accepted read(InputStream body) throws IOException {
    Bounded bounded = new Bounded(body);
    boolean found = false;
    try (JsonParser parser = JSON.getFactory().createParser(bounded)) {
      parser.disable(JsonParser.Feature.AUTO_CLOSE_SOURCE);
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw invalid("requests", "must be in one JSON object: {\"requests\": [...]}");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        if (!field.equals("requests") || found) {
          throw invalid(shortened(field), "is not a parameter of a batch, or stands there twice");
        }
        found = true;
        requests(parser, bounded);
      }
      if (parser.nextToken() != null) {
        throw invalid("requests", "must be the end of the body");
      }
    } catch (JsonProcessingException malformed) {
      throw new ApiException(
          ApiError.invalid(
              400,
              "invalid_json",
              "The body is not valid JSON: %s.".formatted(JsonMessage.of(malformed))));
    }
    if (names.isEmpty()) {
      throw invalid("requests", "must be an array of one request or more");
    }
    return new Accepted(
        names.size(), severalModels ? Optional.empty() : Optional.ofNullable(model));
  }

  private void requests(JsonParser parser, Bounded bounded) throws IOException {
    if (parser.nextToken() != JsonToken.START_ARRAY) {
      throw invalid("requests", "must be an array of one request or more");
    }
    long most = MOST_BYTES_A_BYTE * limits.maxBodyBytes();
    bounded.allow(most, "requests.0");
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      String at = "requests." + names.size();
      if (names.size() == limits.maxRequests()) {
        throw new ApiException(
            ApiError.invalid(
                413,
                "too_many_requests",
                "requests has more than %d requests; split it into several batches."
                    .formatted(limits.maxRequests())));
      }
      if (parser.currentToken() != JsonToken.START_OBJECT) {
        throw invalid(at, "must be an object of custom_id and params");
      }
      request(JSON.readTree(parser), at);
      bounded.allow(most, "requests." + names.size());
    }
    bounded.allow(most, "the end");
  }

  private void request(JsonNode request, String at) throws IOException {
    for (String field : (Iterable<String>) request::fieldNames) {
      if (!field.equals("custom_id") && !field.equals("params")) {
        throw invalid(at + "." + shortened(field), "is not a parameter of a request; remove it");
      }
    }
    JsonNode customId = request.path("custom_id");
    if (!customId.isTextual() || !CUSTOM_ID.matcher(customId.asText()).matches()) {
      throw invalid(at + ".custom_id", "must be 1 to 64 letters, digits, hyphens and underscores");
    }
    if (!names.add(customId.asText())) {
      throw invalid(at + ".custom_id", "is that of an earlier request; give each its own");
    }
    JsonNode chat = ChatBody.of(request.path("params"), at + ".params");
    String named = chat.path("model").asText();
    severalModels |= model != null && !model.equals(named);
    model = named;
    byte[] body = JSON.writeValueAsBytes(chat);
    if (body.length > limits.maxBodyBytes()) {
      throw tooLarge(at, limits.maxBodyBytes());
    }
    write(customId.asText(), body, at);
  }

  private void write(String customId, byte[] body, String at) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(body.length + 200);
    try (JsonGenerator json = JSON.getFactory().createGenerator(line)) {
      json.writeStartObject();
      json.writeStringField("custom_id", customId);
      json.writeStringField("method", "POST");
      json.writeStringField("url", Endpoint.CHAT_COMPLETIONS.path());
      json.writeFieldName("body");
      json.writeRawValue(new String(body, StandardCharsets.UTF_8));
      json.writeEndObject();
    }
    line.write('\n');
    for (InputFault fault :
        InputRequests.faults(line.toByteArray(), Endpoint.CHAT_COMPLETIONS.path(), limits)) {
      throw new ApiException(
          ApiError.invalid(at + ".params", fault.code(), at + ".params: " + fault.message()));
    }
    bytes += line.size();
    if (bytes > limits.maxBytes()) {
      throw tooLarge("The batch", limits.maxBytes());
    }
    line.writeTo(lines);
  }

  private static ApiException tooLarge(String what, long most) {
    return new ApiException(
        ApiError.invalid(
            413,
            "request_too_large",
            "%s has more than %d bytes; split it.".formatted(what, most)));
  }

  private static String shortened(String name) {
    return name.length() <= 100 ? name : name.substring(0, 100) + "...";
  }

  private static ApiException invalid(String field, String why) {
    return new ApiException(
        ApiError.invalid(field, "invalid_value", "%s %s.".formatted(field, why)));
  }

  /** Gives out no more than one request may have. */
  private static final class Bounded extends FilterInputStream {

    /** What the parser may read ahead. */
    private static final long AHEAD = 64 * 1024;

    private long left = AHEAD;
    private String reading = "requests";

    Bounded(InputStream in) {
      super(in);
    }

    /** What comes next has at most so many bytes. */
    void allow(long most, String what) {
      left = most + AHEAD;
      reading = what;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int from, int length) throws IOException {
      int read = in.read(into, from, length);
      left -= Math.max(0, read);
      if (left < 0) {
        throw new ApiException(
            ApiError.invalid(
                413, "request_too_large", "%s is too large; shorten it.".formatted(reading)));
      }
      return read;
    }
  }
}
