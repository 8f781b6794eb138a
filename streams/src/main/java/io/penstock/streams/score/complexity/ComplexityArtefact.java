package io.penstock.streams.score.complexity;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.penstock.streams.score.complexity.features.PromptFeatures;
import io.penstock.streams.score.complexity.threshold.ScoreCurve;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/**
 * A predictor's file: gzipped JSON with the model card's facts, and the tables of n-grams as 16-bit
 * numbers. Equal models give equal bytes. Reading checks format, version, features and every length
 * before anything is used.
 */
public final class ComplexityArtefact {

  /** What the {@code format} field says. */
  static final String FORMAT = "penstock-complexity";

  /** Changes with the features, their hash or the layout of the file. */
  static final int VERSION = 1;

  /** The largest unpacked file; a larger one is refused unread. */
  private static final int MOST_BYTES = 16 * 1024 * 1024;

  private static final String SHIPPED = "complexity-routellm.json.gz";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

  private ComplexityArtefact() {}

  /**
   * The predictor in this jar: Mixtral 8x7B against GPT-4, trained on RouteLLM's outcomes for GSM8K
   * and MMLU.
   */
  public static LinearModel shipped() {
    try (InputStream in = ComplexityArtefact.class.getResourceAsStream(SHIPPED)) {
      if (in == null) {
        throw new InvalidArtefactException(SHIPPED, "it is not in this jar");
      }
      return decode(SHIPPED, in.readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a file.
   *
   * @throws InvalidArtefactException if it is not one, or of another version
   */
  public static LinearModel read(Path file) throws IOException {
    return decode(file.toString(), Files.readAllBytes(file));
  }

  /** Writes a file, replacing one that is there. */
  public static void write(LinearModel model, Path file) throws IOException {
    Files.write(file, encode(model));
  }

  /** The file's bytes. */
  static byte[] encode(LinearModel model) {
    ObjectNode json = MAPPER.createObjectNode();
    json.put("format", FORMAT).put("version", VERSION);
    json.set("card", MAPPER.valueToTree(model.facts()));
    json.put("buckets", PromptFeatures.BUCKETS);
    json.set("shapeNames", MAPPER.valueToTree(PromptFeatures.SHAPE_NAMES));
    json.set("shapeMean", MAPPER.valueToTree(model.shapeMean()));
    json.set("shapeDeviation", MAPPER.valueToTree(model.shapeDeviation()));
    json.set("curve", MAPPER.valueToTree(model.curve()));
    json.set("idf", packed(model.idf()));
    json.set("cheap", packed(model.cheap()));
    json.set("gain", packed(model.gain()));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(MAPPER.writeValueAsBytes(json));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  /** The numbers as 16-bit multiples of a step that the largest of them allows. */
  private static ObjectNode packed(float[] numbers) {
    float most = 0;
    for (float number : numbers) {
      most = Math.max(most, Math.abs(number));
    }
    double step = most == 0 ? 1 : (double) most / Short.MAX_VALUE;
    ByteBuffer bytes = ByteBuffer.allocate(2 * numbers.length);
    for (float number : numbers) {
      bytes.putShort((short) Math.round(number / step));
    }
    return MAPPER.createObjectNode().put("step", step).put("values", bytes.array());
  }

  /** A packed table as it stands in the file. */
  private record Packed(double step, byte[] values) {

    float[] numbers(String name) {
      if (values == null || values.length % 2 != 0 || !(step > 0)) {
        throw new IllegalArgumentException(
            name + " needs a step above 0 and two bytes for each number");
      }
      ByteBuffer bytes = ByteBuffer.wrap(values);
      float[] numbers = new float[values.length / 2];
      for (int i = 0; i < numbers.length; i++) {
        numbers[i] = (float) (bytes.getShort() * step);
      }
      return numbers;
    }
  }

  static LinearModel decode(String name, byte[] bytes) {
    ObjectNode json = parse(name, bytes);
    if (!json.path("format").asText().equals(FORMAT)) {
      throw new InvalidArtefactException(name, "its field format is not '" + FORMAT + "'");
    }
    if (json.path("version").asInt() != VERSION) {
      throw new InvalidArtefactException(
          name,
          "it has version %s, this Penstock reads %d".formatted(json.path("version"), VERSION));
    }
    if (json.path("buckets").asInt() != PromptFeatures.BUCKETS
        || !json.path("shapeNames").equals(MAPPER.valueToTree(PromptFeatures.SHAPE_NAMES))) {
      throw new InvalidArtefactException(name, "its features are not those of this Penstock");
    }
    try {
      return new LinearModel(
          field(json, "idf", Packed.class).numbers("idf"),
          field(json, "shapeMean", double[].class),
          field(json, "shapeDeviation", double[].class),
          field(json, "cheap", Packed.class).numbers("cheap"),
          field(json, "gain", Packed.class).numbers("gain"),
          field(json, "curve", ScoreCurve.class),
          field(json, "card", ModelCard.class));
    } catch (JsonProcessingException | IllegalArgumentException | NullPointerException e) {
      throw new InvalidArtefactException(name, String.valueOf(e.getMessage()), e);
    }
  }

  private static <T> T field(ObjectNode json, String name, Class<T> type)
      throws JsonProcessingException {
    if (!json.hasNonNull(name)) {
      throw new IllegalArgumentException("it has no field " + name);
    }
    return MAPPER.treeToValue(json.get(name), type);
  }

  private static ObjectNode parse(String name, byte[] bytes) {
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(bytes))) {
      byte[] unpacked = in.readNBytes(MOST_BYTES + 1);
      if (unpacked.length > MOST_BYTES) {
        throw new InvalidArtefactException(
            name, "it is larger than %d bytes unpacked".formatted(MOST_BYTES));
      }
      if (MAPPER.readTree(unpacked) instanceof ObjectNode json) {
        return json;
      }
      throw new InvalidArtefactException(name, "it holds no JSON object");
    } catch (IOException e) {
      throw new InvalidArtefactException(name, "it is not gzipped JSON: " + e.getMessage(), e);
    }
  }
}
