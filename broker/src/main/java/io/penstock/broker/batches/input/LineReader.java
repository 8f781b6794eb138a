package io.penstock.broker.batches.input;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.UTF8StreamJsonParser;
import io.penstock.schemas.ids.Ids;
import io.penstock.schemas.ids.Names;
import io.penstock.schemas.json.JsonMessage;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one line of an input file without building a tree of it. What the body holds besides {@code
 * model} and {@code stream} is only checked to be JSON.
 */
final class LineReader {

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  /** The most characters that a fault repeats. */
  private static final int MOST_QUOTED = 200;

  private final String endpoint;
  private final int maxBodyBytes;

  private final List<InputFault> faults = new ArrayList<>();
  private final Set<String> seen = new HashSet<>();
  private long line;
  private @Nullable String customId;
  private @Nullable String model;
  private int bodyFrom;
  private int bodyLength;

  /**
   * @param endpoint the batch's, such as {@code /v1/chat/completions}
   * @param maxBodyBytes the most bytes of a body
   */
  LineReader(String endpoint, int maxBodyBytes) {
    this.endpoint = endpoint;
    this.maxBodyBytes = maxBodyBytes;
  }

  /**
   * Reads the line on which the scanner stands.
   *
   * @return the faults; if there are none, the line's parts can be asked for
   */
  List<InputFault> read(LineScanner scanner) {
    forget();
    line = scanner.number();
    if (scanner.tooLong()) {
      fault(
          "request_too_large",
          "The line is too long: a request's body may have at most %d bytes."
              .formatted(maxBodyBytes),
          "body");
      return faults;
    }
    if (holdsNul(scanner)) {
      fault(
          "invalid_encoding",
          "The line holds NUL bytes, as text in UTF-16 does. Save the file as UTF-8.",
          null);
      return faults;
    }
    try (JsonParser parser = parser(scanner)) {
      readObject(parser, scanner.from());
    } catch (JsonProcessingException malformed) {
      forget();
      fault(
          "invalid_json_line",
          "This line is not valid JSON: %s.".formatted(shortened(JsonMessage.of(malformed))),
          null);
    } catch (IOException unreadable) {
      forget();
      fault("invalid_json_line", "This line is not valid UTF-8.", null);
    }
    return faults;
  }

  /** Empty if the line has none that is valid. */
  Optional<String> customId() {
    return Optional.ofNullable(customId);
  }

  String model() {
    return Objects.requireNonNull(model, "the line has faults");
  }

  /** Where the body begins in the scanner's buffer. */
  int bodyFrom() {
    return bodyFrom;
  }

  int bodyLength() {
    return bodyLength;
  }

  private void forget() {
    faults.clear();
    seen.clear();
    customId = null;
    model = null;
  }

  private static JsonParser parser(LineScanner scanner) throws IOException {
    JsonParser parser = JSON.createParser(scanner.buffer(), scanner.from(), scanner.length());
    if (!(parser instanceof UTF8StreamJsonParser)) {
      parser.close();
      throw new IOException("not UTF-8");
    }
    return parser;
  }

  private void readObject(JsonParser parser, int origin) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      fault(
          "invalid_json_line",
          "The line is not a JSON object. Write {\"custom_id\", \"method\", \"url\", \"body\"}.",
          null);
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      parser.nextToken();
      if (!seen.add(field)) {
        String shown = shortened(field);
        fault("duplicate_field", "%s stands there twice; remove one.".formatted(shown), shown);
      }
      switch (field) {
        case "custom_id" -> customId = customId(parser);
        case "method" -> method(parser);
        case "url" -> url(parser);
        case "body" -> body(parser, origin);
        default -> parser.skipChildren();
      }
    }
    if (parser.nextToken() != null) {
      fault(
          "invalid_json_line",
          "More text follows the JSON object. Give each request a line of its own.",
          null);
    }
    for (String field : List.of("custom_id", "method", "url", "body")) {
      if (!seen.contains(field)) {
        fault("missing_required_parameter", "%s is missing; add it.".formatted(field), field);
      }
    }
  }

  private @Nullable String customId(JsonParser parser) throws IOException {
    Optional<String> text = string(parser, "custom_id");
    if (text.isEmpty()) {
      return null;
    }
    Optional<String> wrong = Names.fault(text.get(), Ids.MAX_CUSTOM_ID);
    wrong.ifPresent(
        fault -> fault("invalid_custom_id", "custom_id %s.".formatted(fault), "custom_id"));
    return wrong.isPresent() ? null : text.get();
  }

  private void method(JsonParser parser) throws IOException {
    string(parser, "method")
        .filter(method -> !method.equals("POST"))
        .ifPresent(
            method -> fault("invalid_method", "method must be POST in every line.", "method"));
  }

  private void url(JsonParser parser) throws IOException {
    string(parser, "url")
        .filter(url -> !url.equals(endpoint))
        .ifPresent(
            url ->
                fault(
                    "invalid_url",
                    "url must be %s, the batch's endpoint, in every line.".formatted(endpoint),
                    "url"));
  }

  private void body(JsonParser parser, int origin) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      fault("invalid_type", "body must be a JSON object.", "body");
      parser.skipChildren();
      return;
    }
    bodyFrom = origin + (int) parser.currentTokenLocation().getByteOffset();
    model = null;
    boolean named = false;
    boolean stream = false;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String field = parser.currentName();
      JsonToken value = parser.nextToken();
      if (field.equals("model")) {
        named = true;
        model = value == JsonToken.VALUE_STRING ? parser.getText() : "";
      } else if (field.equals("stream")) {
        stream = value == JsonToken.VALUE_TRUE;
      }
      parser.skipChildren();
    }
    bodyLength = origin + (int) parser.currentLocation().getByteOffset() - bodyFrom;
    judgeBody(named, stream);
  }

  private void judgeBody(boolean named, boolean stream) {
    if (!named) {
      fault("missing_required_parameter", "body.model is missing; add it.", "body.model");
    } else {
      Names.fault(Objects.requireNonNull(model), Ids.MAX_LENGTH)
          .ifPresent(
              wrong -> fault("invalid_model", "body.model %s.".formatted(wrong), "body.model"));
    }
    if (stream) {
      fault(
          "stream_not_supported",
          "body.stream is true, and a batch cannot stream. Remove it.",
          "body.stream");
    }
    if (bodyLength > maxBodyBytes) {
      fault(
          "request_too_large",
          "body has %d bytes; at most %d are accepted.".formatted(bodyLength, maxBodyBytes),
          "body");
    }
  }

  private Optional<String> string(JsonParser parser, String field) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return Optional.of(parser.getText());
    }
    fault("invalid_type", "%s must be a string.".formatted(field), field);
    parser.skipChildren();
    return Optional.empty();
  }

  private static boolean holdsNul(LineScanner scanner) {
    for (int at = scanner.from(); at < scanner.from() + scanner.length(); at++) {
      if (scanner.buffer()[at] == 0) {
        return true;
      }
    }
    return false;
  }

  /** Text of the file may have any length, and what is wrong with it is kept and shown. */
  private static String shortened(String text) {
    if (text.length() <= MOST_QUOTED) {
      return text;
    }
    int end = Character.isHighSurrogate(text.charAt(MOST_QUOTED - 1)) ? 1 : 0;
    return text.substring(0, MOST_QUOTED - end) + "...";
  }

  private void fault(String code, String message, @Nullable String param) {
    faults.add(new InputFault(code, message, line, param));
  }
}
