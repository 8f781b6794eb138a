package io.penstock.schemas.policies;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.penstock.schemas.json.JsonMessage;
import io.penstock.schemas.routing.AliasPolicy;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingKind;
import io.penstock.schemas.routing.TenantPolicy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Reads routing policies from a YAML file, or a JSON one, which is YAML too: lists under the keys
 * {@code tenants}, {@code aliases} and {@code ladders}, with the fields of {@link TenantPolicy},
 * {@link AliasPolicy} and {@link DegradationLadder}.
 */
public final class RoutingFile {

  private static final long LARGEST_BYTES = 1024 * 1024;

  private static final Map<String, RoutingKind> SECTIONS = sections();

  private RoutingFile() {}

  private static Map<String, RoutingKind> sections() {
    Map<String, RoutingKind> sections = new LinkedHashMap<>();
    sections.put("tenants", RoutingKind.TENANT);
    sections.put("aliases", RoutingKind.ALIAS);
    sections.put("ladders", RoutingKind.LADDER);
    return sections;
  }

  /**
   * The policies of a file, in its order.
   *
   * @throws InvalidRoutingException naming every violation
   * @throws IOException if the file cannot be read
   */
  public static List<RoutingDocument> read(Path file) throws IOException {
    String name = String.valueOf(file.getFileName());
    if (Files.size(file) > LARGEST_BYTES) {
      throw new InvalidRoutingException(
          name,
          List.of(
              "has %d bytes; shorten it to at most %d".formatted(Files.size(file), LARGEST_BYTES)));
    }
    return parse(name, Files.readString(file));
  }

  /** Does the same as {@link #read}, from text. */
  public static List<RoutingDocument> parse(String name, String text) {
    JsonNode root;
    try {
      JsonFactory factory = new YAMLFactory();
      factory.configure(StreamReadFeature.STRICT_DUPLICATE_DETECTION.mappedFeature(), true);
      root = new ObjectMapper(factory).readTree(text);
    } catch (JsonProcessingException malformed) {
      throw new InvalidRoutingException(
          name,
          List.of(
              "line %d: %s"
                  .formatted(
                      malformed.getLocation() == null ? 0 : malformed.getLocation().getLineNr(),
                      JsonMessage.of(malformed))));
    }
    List<String> violations = new ArrayList<>();
    List<RoutingDocument> documents = new ArrayList<>();
    String known = String.join(", ", SECTIONS.keySet());
    if (!root.isObject() || root.isEmpty()) {
      violations.add("holds no policies; give lists under the keys " + known);
    }
    root.fieldNames()
        .forEachRemaining(
            key -> {
              if (!SECTIONS.containsKey(key)) {
                violations.add("unknown key '%s'; known are %s".formatted(key, known));
              }
            });
    SECTIONS.forEach((key, kind) -> section(key, kind, root.path(key), documents, violations));
    repeated(documents, violations);
    if (!violations.isEmpty()) {
      throw new InvalidRoutingException(name, violations);
    }
    return documents;
  }

  /** Policies as {@link #parse} reads them: JSON. */
  public static String json(List<RoutingDocument> documents) {
    ObjectNode root = RoutingCodec.mapper().createObjectNode();
    for (RoutingDocument document : documents) {
      SECTIONS.forEach(
          (key, kind) -> {
            if (kind == RoutingKind.of(document)) {
              root.withArray("/" + key).add(RoutingCodec.mapper().<JsonNode>valueToTree(document));
            }
          });
    }
    return root.toString();
  }

  private static void section(
      String key,
      RoutingKind kind,
      JsonNode items,
      List<RoutingDocument> documents,
      List<String> violations) {
    if (items.isMissingNode() || items.isNull()) {
      return;
    }
    if (!items.isArray()) {
      violations.add("'%s' is not a list; begin each item with a dash".formatted(key));
      return;
    }
    ObjectReader reader =
        RoutingCodec.mapper()
            .readerFor(kind.type())
            .with(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
    for (int i = 0; i < items.size(); i++) {
      String where =
          "%s[%d] '%s'".formatted(key, i, items.get(i).path("name").asText("without a name"));
      if (!items.get(i).isObject()) {
        violations.add("%s[%d] is no object; give its name and its fields".formatted(key, i));
        continue;
      }
      try {
        documents.add(reader.readValue(items.get(i)));
      } catch (UnrecognizedPropertyException unknown) {
        violations.add(
            "%s: unknown key '%s'; known are %s"
                .formatted(
                    where,
                    unknown.getPropertyName(),
                    unknown.getKnownPropertyIds().stream()
                        .map(String::valueOf)
                        .sorted()
                        .collect(Collectors.joining(", "))));
      } catch (JsonProcessingException wrong) {
        Throwable cause = wrong.getCause() == null ? wrong : wrong.getCause();
        violations.add(
            "%s: %s"
                .formatted(
                    where,
                    cause instanceof JsonProcessingException json
                        ? JsonMessage.of(json)
                        : cause.getMessage()));
      } catch (IOException impossible) {
        throw new IllegalStateException("reading from memory", impossible);
      }
    }
  }

  private static void repeated(List<RoutingDocument> documents, List<String> violations) {
    Map<String, Integer> counts = new LinkedHashMap<>();
    documents.forEach(
        document -> counts.merge(RoutingKind.of(document).key(document.name()), 1, Integer::sum));
    counts.forEach(
        (key, count) -> {
          if (count > 1) {
            violations.add("%s is given %d times; keep one".formatted(key, count));
          }
        });
  }
}
