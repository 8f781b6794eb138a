package io.penstock.schemas.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.penstock.schemas.InferenceResult;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.generic.IndexedRecord;

/**
 * Writes results as JSON for clients without Avro: the fields of the schema under their names, but
 * for those that are null; instants in ISO-8601; the engine's answer byte for byte, or as a string
 * where it is no JSON.
 */
public final class ResultJson {

  /** The header of a request that says how its result is wanted: {@code json} or {@code avro}. */
  public static final String ACCEPT = "penstock-accept";

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          .build();

  private ResultJson() {}

  /** A result as one JSON object in UTF-8. */
  public static byte[] write(InferenceResult result) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator generator = JSON.createGenerator(out)) {
      object(generator, result);
    } catch (IOException e) {
      throw new UncheckedIOException("Writing to memory failed", e);
    }
    return out.toByteArray();
  }

  private static void object(JsonGenerator out, IndexedRecord value) throws IOException {
    out.writeStartObject();
    for (Schema.Field field : value.getSchema().getFields()) {
      Object each = value.get(field.pos());
      if (each != null) {
        out.writeFieldName(field.name());
        any(out, each);
      }
    }
    out.writeEndObject();
  }

  private static void any(JsonGenerator out, Object value) throws IOException {
    switch (value) {
      case IndexedRecord each -> object(out, each);
      case ByteBuffer bytes -> body(out, bytes);
      case Boolean each -> out.writeBoolean(each);
      case Integer each -> out.writeNumber(each);
      case Long each -> out.writeNumber(each);
      case Double each -> number(out, each);
      case Collection<?> all -> {
        out.writeStartArray();
        for (Object each : all) {
          any(out, each);
        }
        out.writeEndArray();
      }
      case Map<?, ?> all -> {
        out.writeStartObject();
        for (Map.Entry<?, ?> each : all.entrySet()) {
          out.writeFieldName(each.getKey().toString());
          any(out, each.getValue());
        }
        out.writeEndObject();
      }
      default -> out.writeString(value.toString());
    }
  }

  /** JSON has no infinity, and none that says so would be understood. */
  private static void number(JsonGenerator out, double value) throws IOException {
    if (Double.isFinite(value)) {
      out.writeNumber(value);
    } else {
      out.writeNull();
    }
  }

  private static void body(JsonGenerator out, ByteBuffer bytes) throws IOException {
    byte[] copy = new byte[bytes.remaining()];
    bytes.duplicate().get(copy);
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(copy)).toString();
    } catch (CharacterCodingException e) {
      out.writeString(new String(copy, StandardCharsets.UTF_8));
      return;
    }
    if (isJson(text)) {
      out.writeRawValue(text);
    } else {
      out.writeString(text);
    }
  }

  private static boolean isJson(String text) {
    try (JsonParser parser = JSON.createParser(text)) {
      if (parser.nextToken() == null) {
        return false;
      }
      parser.skipChildren();
      return parser.nextToken() == null;
    } catch (IOException e) {
      return false;
    }
  }
}
