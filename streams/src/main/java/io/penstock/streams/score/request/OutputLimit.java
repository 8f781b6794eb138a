package io.penstock.streams.score.request;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.penstock.schemas.models.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Lowers the limit of output in a body, every other byte of it untouched. A server that is called
 * over HTTP knows no limit but the body's.
 */
public final class OutputLimit {

  private static final JsonFactory JSON = new JsonFactory();
  private static final Set<String> FIELDS = Set.of("max_tokens", "max_completion_tokens");

  private OutputLimit() {}

  /**
   * The body with no higher limit than this.
   *
   * @param body valid JSON, an object, as the validator leaves it
   * @param most tokens of each sequence, 1 or more
   */
  public static ByteBuffer lower(ByteBuffer body, Endpoint endpoint, long most) {
    byte[] bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    try {
      return ByteBuffer.wrap(lower(bytes, endpoint, most));
    } catch (IOException e) {
      throw new UncheckedIOException("a body that was valid JSON is so no longer", e);
    }
  }

  private static byte[] lower(byte[] bytes, Endpoint endpoint, long most) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream(bytes.length + 40);
    int copied = 0;
    int objectAt = 0;
    boolean limited = false;
    boolean empty = true;
    try (JsonParser parser = JSON.createParser(bytes)) {
      parser.nextToken();
      objectAt = (int) parser.currentTokenLocation().getByteOffset() + 1;
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        empty = false;
        String field = parser.currentName();
        JsonToken value = parser.nextToken();
        if (!FIELDS.contains(field)) {
          parser.skipChildren();
          continue;
        }
        int from = (int) parser.currentTokenLocation().getByteOffset();
        boolean higher = value != JsonToken.VALUE_NUMBER_INT || parser.getLongValue() > most;
        parser.finishToken();
        int to = (int) parser.currentLocation().getByteOffset();
        limited |= value == JsonToken.VALUE_NUMBER_INT;
        if (value == JsonToken.VALUE_NUMBER_INT && higher) {
          out.write(bytes, copied, from - copied);
          out.writeBytes(Long.toString(most).getBytes(StandardCharsets.US_ASCII));
          copied = to;
        }
      }
    }
    if (!limited) {
      String name = endpoint == Endpoint.CHAT_COMPLETIONS ? "max_completion_tokens" : "max_tokens";
      String text = "\"%s\":%d%s".formatted(name, most, empty ? "" : ",");
      out.write(bytes, 0, objectAt);
      out.writeBytes(text.getBytes(StandardCharsets.UTF_8));
      copied = objectAt;
    }
    out.write(bytes, copied, bytes.length - copied);
    return out.toByteArray();
  }
}
