package io.penstock.workers.engine.body;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;

/**
 * The stream options of a request's body.
 *
 * @param includeUsage whether the last chunk is to give the usage
 */
public record StreamOptions(boolean includeUsage) {

  /** Reads the options of a body; one that says nothing wants no usage. */
  public static StreamOptions parse(byte[] body) throws InvalidBodyException {
    boolean[] usage = new boolean[1];
    JsonObjectBody.read(
        body,
        (name, parser) -> {
          if (name.equals("stream_options")) {
            usage[0] = includesUsage(parser);
          }
        });
    return new StreamOptions(usage[0]);
  }

  private static boolean includesUsage(JsonParser parser) throws IOException {
    boolean usage = false;
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        boolean named = parser.currentName().equals("include_usage");
        usage |= parser.nextToken() == JsonToken.VALUE_TRUE && named;
        parser.skipChildren();
      }
    }
    return usage;
  }
}
