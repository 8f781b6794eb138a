package io.penstock.workers.engine.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.penstock.schemas.body.JsonSplice;
import io.penstock.schemas.body.OutputLimit;
import io.penstock.workers.engine.body.InvalidBodyException;
import io.penstock.workers.engine.body.JsonObjectBody;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * The body the server is to see: the request's, byte for byte, but for three values. {@code model}
 * is the server's name. A limit of output above what the lease allows is lowered to it, since price
 * and reservation rest on that. {@code stream} says whether the worker streams, and if it does,
 * {@code stream_options} asks for the usage, which the worker counts by.
 */
final class OutgoingBody {

  private OutgoingBody() {}

  /**
   * @param maxOutputTokens the most tokens to generate in all; 0 or less: the body's own limit
   *     stands
   * @param stream whether the answer is to come as a stream
   */
  static byte[] of(byte[] body, String servedName, long maxOutputTokens, boolean stream)
      throws InvalidBodyException {
    var seen = new FieldsSeen();
    JsonObjectBody.read(body, seen);
    long each =
        maxOutputTokens <= 0 ? Long.MAX_VALUE : Math.max(1, maxOutputTokens / seen.sequences());
    try {
      byte[] spliced =
          JsonSplice.replace(
              body, (field, value) -> instead(field, value, servedName, seen, each, stream));
      if (stream && !seen.options) {
        spliced = JsonSplice.withField(spliced, "stream_options", "{\"include_usage\":true}");
      }
      if (stream && !seen.says) {
        spliced = JsonSplice.withField(spliced, "stream", "true");
      }
      return seen.named ? spliced : JsonSplice.withField(spliced, "model", quoted(servedName));
    } catch (IOException e) {
      throw new UncheckedIOException("the body was read before", e);
    }
  }

  private static @Nullable String instead(
      String field, JsonParser value, String servedName, FieldsSeen seen, long each, boolean stream)
      throws IOException {
    return switch (field) {
      case "model" ->
          value.currentToken() == JsonToken.VALUE_STRING && value.getText().equals(servedName)
              ? null
              : quoted(servedName);
      case "stream" ->
          (value.currentToken() == JsonToken.VALUE_TRUE) == stream ? null : String.valueOf(stream);
      case "stream_options" -> stream ? withUsage(value) : seen.streaming ? "null" : null;
      default -> OutputLimit.lowered(field, value, each);
    };
  }

  /** The options with the usage asked for; null if they ask for it already. */
  private static @Nullable String withUsage(JsonParser value) throws IOException {
    StringWriter text = new StringWriter();
    boolean asked = false;
    try (JsonGenerator json = JsonObjectBody.JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeBooleanField("include_usage", true);
      boolean object = value.currentToken() == JsonToken.START_OBJECT;
      while (object && value.nextToken() == JsonToken.FIELD_NAME) {
        String name = value.currentName();
        if (name.equals("include_usage")) {
          asked |= value.nextToken() == JsonToken.VALUE_TRUE;
          value.skipChildren();
        } else {
          json.copyCurrentStructure(value);
        }
      }
      json.writeEndObject();
    }
    return asked ? null : text.toString();
  }

  private static String quoted(String text) {
    return '"' + String.valueOf(JsonStringEncoder.getInstance().quoteAsString(text)) + '"';
  }

  /** The facts of the whole body that are needed before it is changed. */
  private static final class FieldsSeen implements JsonObjectBody.FieldReader {

    private boolean named;
    private boolean streaming;
    private boolean says;
    private boolean options;
    private long prompts = 1;
    private long choices = 1;

    /** Answers that share the limit: one for each prompt and choice. */
    long sequences() {
      return prompts * choices;
    }

    @Override
    public void field(String name, JsonParser parser) throws IOException {
      switch (name) {
        case "model" -> named = true;
        case "stream" -> {
          says = true;
          streaming |= parser.currentToken() == JsonToken.VALUE_TRUE;
        }
        case "stream_options" -> options = true;
        case "n", "best_of" -> choices = Math.max(choices, count(parser));
        case "prompt" -> prompts = prompts(parser);
        default -> {
          // Other fields are sent as they are.
        }
      }
    }

    private static long count(JsonParser parser) throws IOException {
      boolean small =
          parser.currentToken() == JsonToken.VALUE_NUMBER_INT
              && parser.getNumberType() == JsonParser.NumberType.INT;
      return small ? parser.getLongValue() : 1;
    }

    /** An array of texts, or of arrays of tokens, holds several; one of tokens is one. */
    private static long prompts(JsonParser parser) throws IOException {
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        return 1;
      }
      long several = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        several += parser.currentToken().isNumeric() ? 0 : 1;
        parser.skipChildren();
      }
      return Math.max(1, several);
    }
  }
}
