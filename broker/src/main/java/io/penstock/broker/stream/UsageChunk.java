package io.penstock.broker.stream;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/** The chunk that engines send after the answer to say how many tokens it took. */
final class UsageChunk {

  private static final JsonFactory JSON = new JsonFactory();

  private UsageChunk() {}

  /** Whether a chunk has a usage and no choice. */
  static boolean is(byte[] json) {
    boolean usage = false;
    boolean choices = false;
    try (JsonParser parser = JSON.createParser(json)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        return false;
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (field.equals("usage")) {
          usage = value == JsonToken.START_OBJECT;
        } else if (field.equals("choices") && value == JsonToken.START_ARRAY) {
          choices = parser.nextToken() != JsonToken.END_ARRAY;
          skipRest(parser);
          continue;
        }
        parser.skipChildren();
      }
    } catch (IOException notJson) {
      return false;
    }
    return usage && !choices;
  }

  /** Leaves an array whose first token was read. */
  private static void skipRest(JsonParser parser) throws IOException {
    while (parser.currentToken() != JsonToken.END_ARRAY) {
      parser.skipChildren();
      parser.nextToken();
    }
  }
}
