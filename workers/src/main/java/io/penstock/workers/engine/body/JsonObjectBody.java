package io.penstock.workers.engine.body;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import io.penstock.schemas.json.JsonMessage;
import java.io.IOException;

/** Reads the top-level fields of a JSON object as a stream, without building a tree. */
public final class JsonObjectBody {

  /** All code that reads or writes bodies shares it. It is thread-safe. */
  public static final JsonFactory JSON =
      new JsonFactoryBuilder()
          .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
          .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER)
          .build();

  /** Receives each top-level field. */
  @FunctionalInterface
  public interface FieldReader {

    /**
     * Takes one field.
     *
     * @param parser stands on the first token of the value; leave it there to skip the value, or on
     *     the value's last token
     */
    void field(String name, JsonParser parser) throws IOException, InvalidBodyException;
  }

  private JsonObjectBody() {}

  /**
   * Reads the body from its start to its end.
   *
   * @throws InvalidBodyException if the body is not exactly one JSON object, or the reader refused
   *     a field
   */
  public static void read(byte[] body, FieldReader reader) throws InvalidBodyException {
    try (JsonParser parser = JSON.createParser(body)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new InvalidBodyException("body", "must be a JSON object");
      }
      while (parser.nextToken() == JsonToken.FIELD_NAME) {
        String name = parser.currentName();
        parser.nextToken();
        reader.field(name, parser);
        parser.skipChildren();
      }
      if (parser.nextToken() != null) {
        throw new InvalidBodyException("body", "must hold nothing after the JSON object");
      }
    } catch (JsonProcessingException e) {
      throw new InvalidBodyException("body", "is not valid JSON: " + where(e));
    } catch (IOException e) {
      throw new InvalidBodyException("body", "is not valid JSON in UTF-8: " + e.getMessage());
    }
  }

  /** The problem and its place, without the excerpt of the source: bodies are private. */
  private static String where(JsonProcessingException problem) {
    String place =
        problem.getLocation() == null
            ? ""
            : " at line "
                + problem.getLocation().getLineNr()
                + ", column "
                + problem.getLocation().getColumnNr();
    return JsonMessage.of(problem) + place;
  }
}
