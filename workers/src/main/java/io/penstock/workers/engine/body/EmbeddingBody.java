package io.penstock.workers.engine.body;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * The body of a {@code /v1/embeddings} request. Fields not named here are ignored.
 *
 * @param inputs the texts to embed, 1 or more, none blank; half surrogate pairs are replaced by
 *     {@code ?}, since native tokenizers take UTF-8
 * @param encoding how the vectors are to be written
 * @param dimensions the vector length asked for, if any
 */
public record EmbeddingBody(List<String> inputs, VectorEncoding encoding, OptionalInt dimensions) {

  /** The {@code encoding_format} of OpenAI's API. */
  public enum VectorEncoding {
    /** A JSON array of numbers. */
    FLOAT,
    /** Base64 of little-endian 32-bit floats. */
    BASE64
  }

  public EmbeddingBody {
    inputs = List.copyOf(inputs);
  }

  /**
   * Reads and checks a body.
   *
   * @param maxInputs the most texts allowed
   */
  public static EmbeddingBody parse(byte[] body, int maxInputs) throws InvalidBodyException {
    InputParser reader = new InputParser(maxInputs);
    JsonObjectBody.read(body, reader);
    if (reader.inputs == null) {
      throw new InvalidBodyException("body.input", "is missing; give a string or an array of them");
    }
    return new EmbeddingBody(reader.inputs, reader.encoding, reader.dimensions);
  }

  private static final class InputParser implements JsonObjectBody.FieldReader {

    private final int maxInputs;
    private @Nullable List<String> inputs;
    private VectorEncoding encoding = VectorEncoding.FLOAT;
    private OptionalInt dimensions = OptionalInt.empty();

    InputParser(int maxInputs) {
      this.maxInputs = maxInputs;
    }

    @Override
    public void field(String name, JsonParser parser) throws IOException, InvalidBodyException {
      switch (name) {
        case "input" -> inputs = inputs(parser);
        case "encoding_format" -> encoding = encoding(parser);
        case "dimensions" -> dimensions = dimensions(parser);
        default -> {
          // The vectors do not depend on other fields.
        }
      }
    }

    private List<String> inputs(JsonParser parser) throws IOException, InvalidBodyException {
      if (parser.currentToken() == JsonToken.VALUE_STRING) {
        return List.of(text(parser, "body.input"));
      }
      if (parser.currentToken() != JsonToken.START_ARRAY) {
        throw new InvalidBodyException("body.input", "must be a string or an array of strings");
      }
      List<String> texts = new ArrayList<>();
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (texts.size() == maxInputs) {
          throw new InvalidBodyException(
              "body.input", "holds more than " + maxInputs + " texts; send them in parts");
        }
        texts.add(text(parser, "body.input[" + texts.size() + "]"));
      }
      if (texts.isEmpty()) {
        throw new InvalidBodyException("body.input", "is empty; give at least one text");
      }
      return texts;
    }

    private static String text(JsonParser parser, String field)
        throws IOException, InvalidBodyException {
      JsonToken token = parser.currentToken();
      if (token == JsonToken.VALUE_NUMBER_INT || token == JsonToken.START_ARRAY) {
        throw new InvalidBodyException(
            field, "holds token ids, which belong to another tokenizer; send the text itself");
      }
      if (token != JsonToken.VALUE_STRING) {
        throw new InvalidBodyException(field, "must be a string");
      }
      String text = parser.getText();
      if (text.isBlank()) {
        throw new InvalidBodyException(field, "is empty; leave it out or give it text");
      }
      return wellFormed(text);
    }

    private static String wellFormed(String text) {
      boolean surrogates = false;
      for (int i = 0; i < text.length() && !surrogates; i++) {
        surrogates = Character.isSurrogate(text.charAt(i));
      }
      return surrogates
          ? new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8)
          : text;
    }

    private static VectorEncoding encoding(JsonParser parser)
        throws IOException, InvalidBodyException {
      return switch (parser.currentToken()) {
        case VALUE_NULL -> VectorEncoding.FLOAT;
        case VALUE_STRING ->
            switch (parser.getText().toLowerCase(Locale.ROOT)) {
              case "float" -> VectorEncoding.FLOAT;
              case "base64" -> VectorEncoding.BASE64;
              default -> throw wrongEncoding();
            };
        default -> throw wrongEncoding();
      };
    }

    private static InvalidBodyException wrongEncoding() {
      return new InvalidBodyException("body.encoding_format", "must be \"float\" or \"base64\"");
    }

    private static OptionalInt dimensions(JsonParser parser)
        throws IOException, InvalidBodyException {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return OptionalInt.empty();
      }
      if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
          || parser.getLongValue() < 1
          || parser.getLongValue() > Integer.MAX_VALUE) {
        throw new InvalidBodyException("body.dimensions", "must be a whole number above 0");
      }
      return OptionalInt.of(parser.getIntValue());
    }
  }
}
