package io.penstock.schemas.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Changes single values of a JSON object and leaves every other byte of it as it is: how numbers
 * are written, escapes, the order of keys, white space and keys that come twice.
 */
public final class JsonSplice {

  private static final JsonFactory JSON = new JsonFactory();

  /** Says what is to stand in the place of a value. */
  @FunctionalInterface
  public interface Rule {

    /**
     * The JSON text to write instead of a value of the object itself, or null to leave it. Values
     * within values are not asked about.
     *
     * @param value stands on the first token of the value
     */
    @Nullable String instead(String field, JsonParser value) throws IOException;
  }

  private JsonSplice() {}

  /**
   * The body with some values replaced; the same array if none is.
   *
   * @param body one JSON object in UTF-8
   * @throws IOException if it is not
   */
  public static byte[] replace(byte[] body, Rule rule) throws IOException {
    ByteArrayOutputStream out = null;
    int copied = 0;
    try (JsonParser parser = JSON.createParser(body)) {
      requireObject(parser);
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String field = parser.currentName();
        parser.nextToken();
        int from = (int) parser.currentTokenLocation().getByteOffset();
        String instead = rule.instead(field, parser);
        parser.skipChildren();
        parser.finishToken();
        if (instead != null) {
          out = out == null ? new ByteArrayOutputStream(body.length + 64) : out;
          out.write(body, copied, from - copied);
          out.writeBytes(instead.getBytes(StandardCharsets.UTF_8));
          copied = (int) parser.currentLocation().getByteOffset();
        }
      }
    }
    if (out == null) {
      return body;
    }
    out.write(body, copied, body.length - copied);
    return out.toByteArray();
  }

  /**
   * The body with one more field, in front of all others.
   *
   * @param name a field the body does not have, of letters and underscores
   * @param value its value as JSON text
   */
  public static byte[] withField(byte[] body, String name, String value) throws IOException {
    int inside;
    boolean empty;
    try (JsonParser parser = JSON.createParser(body)) {
      requireObject(parser);
      inside = (int) parser.currentTokenLocation().getByteOffset() + 1;
      empty = parser.nextToken() == JsonToken.END_OBJECT;
    }
    String field = "\"%s\":%s%s".formatted(name, value, empty ? "" : ",");
    ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + field.length() + 16);
    out.write(body, 0, inside);
    out.writeBytes(field.getBytes(StandardCharsets.UTF_8));
    out.write(body, inside, body.length - inside);
    return out.toByteArray();
  }

  private static void requireObject(JsonParser parser) throws IOException {
    if (parser.nextToken() != JsonToken.START_OBJECT) {
      throw new IOException("the body is not a JSON object");
    }
  }
}
