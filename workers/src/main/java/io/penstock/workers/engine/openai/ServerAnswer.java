package io.penstock.workers.engine.openai;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.penstock.schemas.TokenUsage;
import io.penstock.workers.engine.body.InvalidBodyException;
import io.penstock.workers.engine.body.JsonObjectBody;
import java.io.IOException;

/**
 * Reads the {@code usage} of a server's answer, and with it whether the answer is one: a success
 * status alone does not make it so.
 */
final class ServerAnswer implements JsonObjectBody.FieldReader {

  private long promptTokens;
  private long completionTokens;
  private long cachedTokens;
  private final String content;
  private boolean answers;
  private boolean error;

  private ServerAnswer(String content) {
    this.content = content;
  }

  /**
   * The tokens the server counted; zeros if it does not say.
   *
   * @throws InvalidBodyException if the answer is not one JSON object, holds an {@code error}, or
   *     has no {@code choices}, no {@code data} for embeddings
   */
  static TokenUsage usage(byte[] body, String endpoint) throws InvalidBodyException {
    var answer = new ServerAnswer(endpoint.equals("/v1/embeddings") ? "data" : "choices");
    JsonObjectBody.read(body, answer);
    if (answer.error) {
      throw new InvalidBodyException("body.error", "stands in an answer with a success status");
    }
    if (!answer.answers) {
      throw new InvalidBodyException(
          "body." + answer.content, "is missing or empty, though the status says success");
    }
    return TokenUsage.newBuilder()
        .setPromptTokens(answer.promptTokens)
        .setCompletionTokens(answer.completionTokens)
        .setCachedPromptTokens(Math.min(answer.cachedTokens, answer.promptTokens))
        .build();
  }

  @Override
  public void field(String name, JsonParser parser) throws IOException {
    if (name.equals(content)) {
      answers = holdsObjects(parser);
      return;
    }
    switch (name) {
      case "usage" -> readUsage(parser);
      case "error" -> error = parser.currentToken() != JsonToken.VALUE_NULL;
      default -> {
        // The exception is the client's.
      }
    }
  }

  /** Returns whether it is an array of one object or more, and of nothing else. */
  private static boolean holdsObjects(JsonParser parser) throws IOException {
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      return false;
    }
    int objects = 0;
    boolean others = false;
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      boolean object = parser.currentToken() == JsonToken.START_OBJECT;
      objects += object ? 1 : 0;
      others |= !object;
      parser.skipChildren();
    }
    return objects > 0 && !others;
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
