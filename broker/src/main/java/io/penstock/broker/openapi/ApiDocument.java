package io.penstock.broker.openapi;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * The OpenAPI document. Each area of the API describes its paths in a file of its own beside this
 * class; {@link FamilyRules} adds what holds for all paths of a family. Bodies pass the front as
 * bytes, so no compiler could find their shapes; a test holds the paths against the routes that the
 * server has.
 */
public final class ApiDocument {

  /** Which files there are, and the order in which their tags are shown. */
  private static final List<String> AREAS =
      List.of(
          "inference",
          "responses",
          "requests",
          "files",
          "batches",
          "messages",
          "models",
          "webhooks",
          "keys",
          "admin",
          "service");

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final ObjectMapper YAML =
      new ObjectMapper(
          YAMLFactory.builder()
              .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
              .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
              // A status is a name here, and no number.
              .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
              .build());

  private final ObjectNode document;

  private ApiDocument(ObjectNode document) {
    this.document = document;
  }

  /**
   * The document of this version.
   *
   * @throws IllegalStateException if two areas describe the same thing
   */
  public static ApiDocument read() {
    ObjectNode document = resource("base");
    for (String area : AREAS) {
      ObjectNode part = resource(area);
      JsonNode tag = part.path("tag");
      document.withArray("/tags").add(tag);
      for (Map.Entry<String, JsonNode> path : part.path("paths").properties()) {
        ObjectNode described = (ObjectNode) path.getValue();
        FamilyRules.complete(path.getKey(), described, tag.path("name").asText());
        putNew(document.withObject("/paths"), path.getKey(), described);
      }
      for (Map.Entry<String, JsonNode> group : part.path("components").properties()) {
        ObjectNode all = document.withObject("/components").withObject("/" + group.getKey());
        group.getValue().properties().forEach(each -> putNew(all, each.getKey(), each.getValue()));
      }
    }
    return new ApiDocument(document);
  }

  private static void putNew(ObjectNode all, String name, JsonNode value) {
    if (all.has(name)) {
      throw new IllegalStateException("'%s' is described twice".formatted(name));
    }
    all.set(name, value);
  }

  private static ObjectNode resource(String name) {
    try (InputStream in = ApiDocument.class.getResourceAsStream(name + ".yaml")) {
      if (in == null) {
        throw new IllegalStateException("the description '%s' is missing".formatted(name));
      }
      // Jackson's own reader does not follow anchors.
      Object read = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
      // Each use of an anchor becomes a copy, since some are completed differently.
      return (ObjectNode) JSON.readTree(JSON.writeValueAsBytes(read));
    } catch (IOException e) {
      throw new UncheckedIOException("The description of the API cannot be read", e);
    }
  }

  /** Its tree, which must not be changed. */
  public JsonNode tree() {
    return document;
  }

  /** All operations as {@code METHOD path}, such as {@code GET /v1/files/{id}}. */
  public SortedSet<String> operations() {
    TreeSet<String> operations = new TreeSet<>();
    document
        .path("paths")
        .properties()
        .forEach(
            path ->
                path.getValue()
                    .fieldNames()
                    .forEachRemaining(
                        method ->
                            operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
    return operations;
  }

  public byte[] json() {
    return written(JSON);
  }

  public byte[] yaml() {
    return written(YAML);
  }

  private byte[] written(ObjectMapper mapper) {
    try {
      return mapper
          .writerWithDefaultPrettyPrinter()
          .writeValueAsString(document)
          .getBytes(StandardCharsets.UTF_8);
    } catch (JsonProcessingException impossible) {
      throw new IllegalStateException("a tree can be written", impossible);
    }
  }
}
