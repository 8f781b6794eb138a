package io.penstock.workers.engine.body;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** The answer to a {@code /v1/embeddings} request, written as a stream. */
public final class EmbeddingAnswer {

  private static final int BYTES_PER_NUMBER = 14;

  private EmbeddingAnswer() {}

  /**
   * The answer, as JSON in UTF-8.
   *
   * @param model the model's name, as the answer gives it
   * @param vectors one for each input, in the inputs' order
   * @param promptTokens tokens of all inputs together
   */
  public static byte[] write(
      String model,
      List<float[]> vectors,
      EmbeddingBody.VectorEncoding encoding,
      long promptTokens) {
    int numbers = vectors.isEmpty() ? 0 : vectors.getFirst().length;
    long size = 256 + (long) vectors.size() * (64 + (long) numbers * BYTES_PER_NUMBER);
    var bytes = new ByteArrayOutputStream((int) Math.min(size, 1 << 24));
    try (JsonGenerator json = JsonObjectBody.JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("object", "list");
      json.writeArrayFieldStart("data");
      for (int index = 0; index < vectors.size(); index++) {
        json.writeStartObject();
        json.writeStringField("object", "embedding");
        json.writeNumberField("index", index);
        json.writeFieldName("embedding");
        writeVector(json, vectors.get(index), encoding);
        json.writeEndObject();
      }
      json.writeEndArray();
      json.writeStringField("model", model);
      json.writeObjectFieldStart("usage");
      json.writeNumberField("prompt_tokens", promptTokens);
      json.writeNumberField("total_tokens", promptTokens);
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static void writeVector(
      JsonGenerator json, float[] vector, EmbeddingBody.VectorEncoding encoding)
      throws IOException {
    switch (encoding) {
      case FLOAT -> {
        json.writeStartArray();
        for (float number : vector) {
          json.writeNumber(number);
        }
        json.writeEndArray();
      }
      case BASE64 -> {
        ByteBuffer bytes =
            ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        json.writeBinary(bytes.array());
      }
    }
  }
}
