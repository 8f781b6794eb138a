package io.penstock.streams.control.rollout;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Base64;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.regex.Pattern;

/** An answer's substance, and how much two of them agree. */
sealed interface Answer {

  /** The longest text that is compared, in characters. */
  int LONGEST = 20_000;

  ObjectMapper MAPPER = new ObjectMapper();

  /** The text that a model generated. */
  record Text(String text) implements Answer {}

  /** The first vector of an embedding. */
  record Vector(float[] values) implements Answer {}

  /** Reads an OpenAI-style body; empty if it has neither text nor vector. */
  static Optional<Answer> read(ByteBuffer body) {
    byte[] bytes = new byte[body.remaining()];
    body.duplicate().get(bytes);
    try {
      JsonNode root = MAPPER.readTree(bytes);
      JsonNode choice = root.path("choices").path(0);
      JsonNode text = choice.path("message").path("content");
      if (!text.isTextual()) {
        text = choice.path("text");
      }
      if (text.isTextual()) {
        String whole = text.textValue();
        return Optional.of(new Text(whole.substring(0, Math.min(LONGEST, whole.length()))));
      }
      return vector(root.path("data").path(0).path("embedding"));
    } catch (JsonProcessingException malformed) {
      return Optional.empty();
    } catch (IOException impossible) {
      throw new AssertionError("memory does not fail", impossible);
    }
  }

  private static Optional<Answer> vector(JsonNode embedding) {
    if (embedding.isTextual()) {
      try {
        byte[] decoded = Base64.getDecoder().decode(embedding.textValue());
        FloatBuffer floats =
            ByteBuffer.wrap(decoded).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
        float[] values = new float[floats.remaining()];
        floats.get(values);
        return values.length == 0 ? Optional.empty() : Optional.of(new Vector(values));
      } catch (IllegalArgumentException noBase64) {
        return Optional.empty();
      }
    }
    if (!embedding.isArray() || embedding.isEmpty()) {
      return Optional.empty();
    }
    float[] values = new float[embedding.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) embedding.get(i).asDouble();
    }
    return Optional.of(new Vector(values));
  }

  /** Returns whether it holds this text, letters' case aside. */
  default boolean holds(String expected) {
    return switch (this) {
      case Text(String text) ->
          text.toLowerCase(Locale.ROOT).contains(expected.toLowerCase(Locale.ROOT));
      case Vector ignored -> false;
    };
  }

  /**
   * Returns how much two answers agree, from 0 to 1; empty if they are of different kinds. Texts:
   * the F1 score of their words (Rajpurkar et al., SQuAD, 2016). Vectors: their cosine, at least 0.
   */
  static OptionalDouble agreement(Answer one, Answer other) {
    return switch (one) {
      case Text(String a) ->
          other instanceof Text(String b)
              ? OptionalDouble.of(wordF1(a, b))
              : OptionalDouble.empty();
      case Vector(float[] a) ->
          other instanceof Vector(float[] b) && a.length == b.length
              ? OptionalDouble.of(cosine(a, b))
              : OptionalDouble.empty();
    };
  }

  private static double wordF1(String a, String b) {
    Map<String, Integer> left = words(a);
    Map<String, Integer> right = words(b);
    int common = 0;
    for (Map.Entry<String, Integer> word : left.entrySet()) {
      common += Math.min(word.getValue(), right.getOrDefault(word.getKey(), 0));
    }
    int total = count(left) + count(right);
    return total == 0 ? 1 : 2.0 * common / total;
  }

  private static int count(Map<String, Integer> words) {
    return words.values().stream().mapToInt(Integer::intValue).sum();
  }

  Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");

  private static Map<String, Integer> words(String text) {
    Map<String, Integer> words = new HashMap<>();
    WORD.matcher(text.toLowerCase(Locale.ROOT))
        .results()
        .forEach(match -> words.merge(match.group(), 1, Integer::sum));
    return words;
  }

  private static double cosine(float[] a, float[] b) {
    double dot = 0;
    double normA = 0;
    double normB = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      normA += (double) a[i] * a[i];
      normB += (double) b[i] * b[i];
    }
    return normA == 0 || normB == 0 ? 0 : Math.clamp(dot / Math.sqrt(normA * normB), 0, 1);
  }
}
