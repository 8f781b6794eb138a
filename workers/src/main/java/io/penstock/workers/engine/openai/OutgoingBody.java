package io.penstock.workers.engine.openai;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.penstock.workers.engine.body.InvalidBodyException;
import io.penstock.workers.engine.body.JsonObjectBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * Makes the body the server is to see: {@code model} is the server's name, and nothing is streamed,
 * since a result is one document. A body that says so already is sent byte for byte.
 */
final class OutgoingBody {

  private OutgoingBody() {}

  static byte[] of(byte[] body, String servedName) throws InvalidBodyException {
    var seen = new Seen();
    JsonObjectBody.read(body, seen);
    boolean same = servedName.equals(seen.model) && seen.models == 1 && !seen.streaming;
    return same ? body : copy(body, servedName);
  }

  private static byte[] copy(byte[] body, String servedName) {
    var bytes = new ByteArrayOutputStream(body.length + servedName.length() + 16);
    try (JsonParser from = JsonObjectBody.JSON.createParser(body);
        JsonGenerator to = JsonObjectBody.JSON.createGenerator(bytes)) {
      from.nextToken();
      to.writeStartObject();
      to.writeStringField("model", servedName);
      while (from.nextToken() == JsonToken.FIELD_NAME) {
        String name = from.currentName();
        from.nextToken();
        switch (name) {
          case "model", "stream", "stream_options" -> from.skipChildren();
          default -> {
            to.writeFieldName(name);
            to.copyCurrentStructureExact(from);
          }
        }
      }
      to.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("the body was read before", e);
    }
    return bytes.toByteArray();
  }

  private static final class Seen implements JsonObjectBody.FieldReader {

    private String model = "";
    private int models;
    private boolean streaming;

    @Override
    public void field(String name, JsonParser parser) throws IOException {
      switch (name) {
        case "model" -> {
          model = parser.currentToken() == JsonToken.VALUE_STRING ? parser.getText() : "";
          models++;
        }
        case "stream" -> streaming |= parser.currentToken() != JsonToken.VALUE_FALSE;
        case "stream_options" -> streaming = true;
        default -> {
          // Sent as it is.
        }
      }
    }
  }
}
