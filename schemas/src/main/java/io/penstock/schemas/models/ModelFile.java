package io.penstock.schemas.models;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonPointer;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.json.JsonMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads models from a file: a key {@code models} with a list of the fields of {@link ModelSpec}
 * except {@code updatedAt}, in YAML or JSON by the file's ending.
 */
public final class ModelFile {

  private static final long LARGEST_BYTES = 2L * 1024 * 1024;

  private ModelFile() {}

  /** The file as it stands: one list. */
  static final class Content {
    @Nullable List<ModelEntry> models;
  }

  /**
   * The models of a file.
   *
   * @param modelPartitions the number of model partitions, which the models' own must be among
   * @param now becomes the models' {@code updatedAt}
   * @return the models in the file's order, each valid in itself and with a name of its own; their
   *     fallbacks may be models that the registry has
   * @throws InvalidModelsException naming every violation, with its line where it has one
   * @throws IOException if the file cannot be read
   */
  public static List<ModelSpec> read(Path file, int modelPartitions, Instant now)
      throws IOException {
    String name = String.valueOf(file.getFileName());
    long size = Files.size(file);
    if (size > LARGEST_BYTES) {
      throw new InvalidModelsException(
          name, List.of("has %d bytes; shorten it to at most %d".formatted(size, LARGEST_BYTES)));
    }
    return parse(name, Files.readString(file), modelPartitions, now);
  }

  /**
   * Does the same as {@link #read}, from text.
   *
   * @param name the file's name, whose ending gives the format: yaml, yml or json
   */
  public static List<ModelSpec> parse(String name, String text, int modelPartitions, Instant now) {
    List<String> violations = new ArrayList<>();
    Content content = new Content();
    try {
      JsonFactory factory = factory(name);
      ObjectMapper mapper = mapper(factory, new UnknownKeys(lines(factory, text), violations));
      Content read = mapper.readValue(text, Content.class);
      content = read == null ? content : read;
    } catch (JsonProcessingException malformed) {
      violations.add(describe(malformed));
      throw new InvalidModelsException(name, violations);
    }
    if (content.models == null) {
      violations.add("has no key 'models'; give a list of models under it");
      throw new InvalidModelsException(name, violations);
    }
    List<ModelSpec> models = content.models.stream().map(entry -> entry.toSpec(now)).toList();
    models.forEach(model -> violations.addAll(ModelRules.violations(model, modelPartitions)));
    violations.addAll(CatalogRules.ofNames(models));
    if (!violations.isEmpty()) {
      throw new InvalidModelsException(name, violations);
    }
    return models;
  }

  /** These models as {@link #parse} reads them: JSON, without what is empty. */
  public static String json(List<ModelSpec> models) {
    Content content = new Content();
    content.models = models.stream().map(ModelEntry::of).toList();
    try {
      return new ObjectMapper()
          .setVisibility(PropertyAccessor.FIELD, Visibility.NON_PRIVATE)
          .setDefaultPropertyInclusion(JsonInclude.Include.NON_EMPTY)
          .writeValueAsString(content);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("models cannot be written as JSON", e);
    }
  }

  /** The line of every key. A parser knows it only while the key is its current token. */
  private static Map<JsonPointer, Integer> lines(JsonFactory factory, String text)
      throws JsonProcessingException {
    Map<JsonPointer, Integer> lines = new HashMap<>();
    try (JsonParser parser = factory.createParser(text)) {
      for (JsonToken token = parser.nextToken(); token != null; token = parser.nextToken()) {
        if (token == JsonToken.FIELD_NAME) {
          lines.put(
              parser.getParsingContext().pathAsPointer(),
              parser.currentTokenLocation().getLineNr());
        }
      }
      return lines;
    } catch (JsonProcessingException malformed) {
      throw malformed;
    } catch (IOException impossible) {
      throw new UncheckedIOException("reading from memory", impossible);
    }
  }

  private static JsonFactory factory(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    if (lower.endsWith(".json")) {
      return new JsonFactory();
    }
    if (lower.endsWith(".yaml") || lower.endsWith(".yml")) {
      return new YAMLFactory();
    }
    throw new InvalidModelsException(
        name, List.of("has no ending that says its format; name it .yaml, .yml or .json"));
  }

  private static ObjectMapper mapper(JsonFactory factory, DeserializationProblemHandler handler) {
    factory.configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature(), true);
    ObjectMapper mapper = new ObjectMapper(factory);
    mapper.setVisibility(PropertyAccessor.FIELD, Visibility.NON_PRIVATE);
    mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    mapper.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
    mapper.setDefaultSetterInfo(JsonSetter.Value.construct(Nulls.SKIP, Nulls.FAIL));
    mapper.addHandler(handler);
    return mapper;
  }

  private static String describe(JsonProcessingException malformed) {
    JsonLocation location = malformed.getLocation();
    String line = location == null ? "" : "line %d: ".formatted(location.getLineNr());
    String path =
        malformed instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()
            ? mapping.getPath().stream().map(ModelFile::step).collect(Collectors.joining()) + ": "
            : "";
    return line + path.replaceFirst("^\\.", "") + JsonMessage.of(malformed);
  }

  private static String step(JsonMappingException.Reference reference) {
    return reference.getFieldName() == null
        ? "[%d]".formatted(reference.getIndex())
        : "." + reference.getFieldName();
  }

  /** Notes each unknown key with its line and reads on. */
  private static final class UnknownKeys extends DeserializationProblemHandler {

    private final Map<JsonPointer, Integer> lines;
    private final List<String> violations;

    UnknownKeys(Map<JsonPointer, Integer> lines, List<String> violations) {
      this.lines = lines;
      this.violations = violations;
    }

    @Override
    public boolean handleUnknownProperty(
        DeserializationContext context,
        JsonParser parser,
        JsonDeserializer<?> deserializer,
        Object beanOrClass,
        String key)
        throws IOException {
      Collection<Object> known = deserializer.getKnownPropertyNames();
      violations.add(
          "line %d: unknown key '%s'; known are %s"
              .formatted(
                  lines.getOrDefault(parser.getParsingContext().pathAsPointer(), 0),
                  key,
                  known == null
                      ? "none"
                      : known.stream()
                          .map(String::valueOf)
                          .sorted()
                          .collect(Collectors.joining(", "))));
      parser.skipChildren();
      return true;
    }
  }
}
