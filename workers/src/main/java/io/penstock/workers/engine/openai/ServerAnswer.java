package io.penstock.workers.engine.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.penstock.schemas.TokenUsage;
import io.penstock.workers.engine.body.InvalidBodyException;
import io.penstock.workers.engine.body.JsonObjectBody;
import java.io.IOException;

/** Reads the {@code usage} of a server's answer, and with it whether the answer is JSON at all. */
final class ServerAnswer implements JsonObjectBody.FieldReader {

  private long promptTokens;
  private long completionTokens;
  private long cachedTokens;
  private boolean error;

  private ServerAnswer() {}

  /**
   * The tokens the server counted; zeros if it does not say.
   *
   * @throws InvalidBodyException if the answer is not one JSON object, or holds an {@code error}
   */
  static TokenUsage usage(byte[] body) throws InvalidBodyException {
    var answer = new ServerAnswer();
    JsonObjectBody.read(body, answer);
    if (answer.error) {
      throw new InvalidBodyException("body.error", "stands in an answer with a success status");
    }
    return TokenUsage.newBuilder()
        .setPromptTokens(answer.promptTokens)
        .setCompletionTokens(answer.completionTokens)
        .setCachedPromptTokens(Math.min(answer.cachedTokens, answer.promptTokens))
        .build();
  }

  @Override
  public void field(String name, JsonParser parser) throws IOException {
    switch (name) {
      case "usage" -> readUsage(parser);
      case "error" -> error = parser.currentToken() != JsonToken.VALUE_NULL;
      default -> {
        // The client's.
      }
    }
  }

  private void readUsage(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      switch (name) {
        case "prompt_tokens" -> promptTokens = count(parser);
        case "completion_tokens" -> completionTokens = count(parser);
        case "prompt_tokens_details" -> readDetails(parser);
        default -> parser.skipChildren();
      }
    }
  }

  private void readDetails(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (name.equals("cached_tokens")) {
        cachedTokens = count(parser);
      } else {
        parser.skipChildren();
      }
    }
  }

  private static long count(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_INT) {
      return Math.max(0, parser.getLongValue());
    }
    parser.skipChildren();
    return 0;
  }
}
