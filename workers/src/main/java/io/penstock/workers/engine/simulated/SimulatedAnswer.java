package io.penstock.workers.engine.simulated;

import com.fasterxml.jackson.core.JsonGenerator;
import io.penstock.workers.engine.EngineRequest;
import io.penstock.workers.engine.body.EmbeddingAnswer;
import io.penstock.workers.engine.body.EmbeddingBody;
import io.penstock.workers.engine.body.JsonObjectBody;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Writes answers of the right shape and size. Their content is filler and says so. */
final class SimulatedAnswer {

  private static final String NOTICE = "[simulated by Penstock, no model was run]";
  private static final String FILLER = " filler";

  private final String fingerprint;
  private final int dimensions;

  /**
   * Writes answers for one engine.
   *
   * @param engine the engine's name, given as the answers' {@code system_fingerprint}
   */
  SimulatedAnswer(String engine, int dimensions) {
    this.fingerprint = engine;
    this.dimensions = dimensions;
  }

  byte[] write(EngineRequest request, SimulatedWork work, Instant now) {
    return switch (work) {
      case SimulatedWork.Chat chat ->
          generation(
              request,
              chat,
              "chat.completion",
              now,
              json -> {
                json.writeObjectFieldStart("message");
                json.writeStringField("role", "assistant");
                json.writeStringField("content", text(chat.outputTokens()));
                json.writeEndObject();
              });
      case SimulatedWork.Completion completion ->
          generation(
              request,
              completion,
              "text_completion",
              now,
              json -> json.writeStringField("text", text(completion.outputTokens())));
      case SimulatedWork.Embedding embedding ->
          EmbeddingAnswer.write(
              request.model(),
              vectors(embedding.body()),
              embedding.body().encoding(),
              embedding.promptTokens());
    };
  }

  private byte[] generation(
      EngineRequest request, SimulatedWork work, String object, Instant now, Content content) {
    var bytes = new ByteArrayOutputStream(512 + work.outputTokens() * FILLER.length());
    try (JsonGenerator json = JsonObjectBody.JSON.createGenerator(bytes)) {
      json.writeStartObject();
      json.writeStringField("id", "simulated-" + request.id());
      json.writeStringField("object", object);
      json.writeNumberField("created", now.getEpochSecond());
      json.writeStringField("model", request.model());
      json.writeStringField("system_fingerprint", fingerprint);
      json.writeArrayFieldStart("choices");
      json.writeStartObject();
      json.writeNumberField("index", 0);
      content.write(json);
      json.writeStringField("finish_reason", "length");
      json.writeEndObject();
      json.writeEndArray();
      json.writeObjectFieldStart("usage");
      json.writeNumberField("prompt_tokens", work.promptTokens());
      json.writeNumberField("completion_tokens", work.outputTokens());
      json.writeNumberField("total_tokens", (long) work.promptTokens() + work.outputTokens());
      json.writeEndObject();
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  private static String text(int tokens) {
    return NOTICE + FILLER.repeat(tokens);
  }

  /** Returns what a token adds to the text. */
  static String token(int number) {
    return number == 0 ? text(1) : FILLER;
  }

  /** Unit vectors that depend on the text alone. */
  private List<float[]> vectors(EmbeddingBody body) {
    List<float[]> vectors = new ArrayList<>(body.inputs().size());
    for (String input : body.inputs()) {
      var random = new SplittableRandom(input.hashCode());
      float[] vector = new float[body.dimensions().orElse(dimensions)];
      double squares = 0;
      for (int i = 0; i < vector.length; i++) {
        vector[i] = (float) (random.nextDouble() - 0.5);
        squares += vector[i] * vector[i];
      }
      float norm = (float) Math.sqrt(squares);
      for (int i = 0; i < vector.length; i++) {
        vector[i] /= norm;
      }
      vectors.add(vector);
    }
    return vectors;
  }

  @FunctionalInterface
  private interface Content {
    void write(JsonGenerator json) throws IOException;
  }
}
