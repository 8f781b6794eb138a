package io.penstock.workers.engine.body;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.OptionalLong;

/**
 * The limits in the body of a {@code /v1/chat/completions} or {@code /v1/completions} request.
 * Fields not named here are ignored.
 *
 * @param maxTokens {@code max_completion_tokens}, or else {@code max_tokens}: the most tokens to
 *     generate, 1 or more, if the body says
 */
public record GenerationBody(OptionalLong maxTokens) {

  /**
   * Reads and checks a body.
   *
   * @param content the field that must hold the prompt: {@code messages} or {@code prompt}
   */
  public static GenerationBody parse(byte[] body, String content) throws InvalidBodyException {
    PromptParser reader = new PromptParser(content);
    JsonObjectBody.read(body, reader);
    if (!reader.hasContent) {
      throw new InvalidBodyException("body." + content, "is missing or empty");
    }
    return new GenerationBody(
        reader.maxCompletionTokens.isPresent() ? reader.maxCompletionTokens : reader.maxTokens);
  }

  private static final class PromptParser implements JsonObjectBody.FieldReader {

    private final String content;
    private boolean hasContent;
    private OptionalLong maxTokens = OptionalLong.empty();
    private OptionalLong maxCompletionTokens = OptionalLong.empty();

    PromptParser(String content) {
      this.content = content;
    }

    @Override
    public void field(String name, JsonParser parser) throws IOException, InvalidBodyException {
      if (name.equals(content)) {
        hasContent = hasContent(parser);
        return;
      }
      switch (name) {
        case "max_tokens" -> maxTokens = positive(name, parser);
        case "max_completion_tokens" -> maxCompletionTokens = positive(name, parser);
        case "n" -> {
          if (positive(name, parser).orElse(1) != 1) {
            throw new InvalidBodyException("body.n", "must be 1; send several requests instead");
          }
        }
        default -> {
          // Other fields do not bound the work.
        }
      }
    }

    private boolean hasContent(JsonParser parser) throws IOException, InvalidBodyException {
      return switch (parser.currentToken()) {
        case START_ARRAY -> {
          boolean any = parser.nextToken() != JsonToken.END_ARRAY;
          while (parser.currentToken() != JsonToken.END_ARRAY) {
            parser.skipChildren();
            parser.nextToken();
          }
          yield any;
        }
        case VALUE_STRING -> {
          if (content.equals("messages")) {
            throw new InvalidBodyException("body.messages", "must be an array of messages");
          }
          yield true;
        }
        default -> throw new InvalidBodyException("body." + content, "has the wrong type");
      };
    }

    private static OptionalLong positive(String name, JsonParser parser)
        throws IOException, InvalidBodyException {
      if (parser.currentToken() == JsonToken.VALUE_NULL) {
        return OptionalLong.empty();
      }
      if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
          || parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || parser.getLongValue() < 1) {
        throw new InvalidBodyException("body." + name, "must be a whole number above 0");
      }
      return OptionalLong.of(parser.getLongValue());
    }
  }
}
