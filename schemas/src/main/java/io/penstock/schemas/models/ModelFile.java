package io.penstock.schemas.models;

import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.JsonSetter;
import com.fasterxml.jackson.annotation.Nulls;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.DeserializationProblemHandler;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.penstock.schemas.ModelSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
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
          name, List.of("has %d bytes; at most %d".formatted(size, LARGEST_BYTES)));
    }
    return parse(name, Files.readString(file), modelPartitions, now);
  }

  /**
   * As {@link #read}, from text.
   *
   * @param name the file's name, whose ending gives the format: yaml, yml or json
   */
  public static List<ModelSpec> parse(String name, String text, int modelPartitions, Instant now) {
    List<String> violations = new ArrayList<>();
    Content content = new Content();
    try {
      ObjectMapper mapper = mapper(factory(name), violations);
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

  private static ObjectMapper mapper(JsonFactory factory, List<String> violations) {
    factory.configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature(), true);
    ObjectMapper mapper = new ObjectMapper(factory);
    mapper.setVisibility(PropertyAccessor.FIELD, Visibility.NON_PRIVATE);
    mapper.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    mapper.disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT);
    mapper.setDefaultSetterInfo(JsonSetter.Value.construct(Nulls.DEFAULT, Nulls.FAIL));
    mapper.addHandler(new UnknownKeys(violations));
    return mapper;
  }

  private static String describe(JsonProcessingException malformed) {
    JsonLocation location = malformed.getLocation();
    String line = location == null ? "" : "line %d: ".formatted(location.getLineNr());
    String path =
        malformed instanceof JsonMappingException mapping && !mapping.getPath().isEmpty()
            ? mapping.getPath().stream().map(ModelFile::step).collect(Collectors.joining()) + ": "
            : "";
    return line + path.replaceFirst("^\\.", "") + malformed.getOriginalMessage();
  }

  private static String step(JsonMappingException.Reference reference) {
    return reference.getFieldName() == null
        ? "[%d]".formatted(reference.getIndex())
        : "." + reference.getFieldName();
  }

  /** Notes each unknown key with its line and reads on. */
  private static final class UnknownKeys extends DeserializationProblemHandler {

    private final List<String> violations;

    UnknownKeys(List<String> violations) {
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
                  parser.currentTokenLocation().getLineNr(),
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
