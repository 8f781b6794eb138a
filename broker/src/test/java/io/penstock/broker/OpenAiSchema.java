package io.penstock.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * OpenAI's published schema of its objects, read from a file beside the checkout: {@code
 * shared/data/openai/openapi-subset.json} in a folder above, or where the system property {@code
 * penstock.openai.schema} says.
 */
public final class OpenAiSchema {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String PROPERTY = "penstock.openai.schema";
  private static final Path PLACE = Path.of("shared", "data", "openai", "openapi-subset.json");
  private static final String BASE = "https://api.openai.com/openapi.json";

  private final SchemaRegistry registry;

  private OpenAiSchema(String text) throws IOException {
    String schema = JSON.writeValueAsString(nullable(JSON.readTree(text)));
    this.registry =
        SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(BASE, schema)));
  }

  /** Some of it says {@code nullable}, which OpenAPI 3.1 and JSON Schema do not know any more. */
  private static JsonNode nullable(JsonNode node) {
    if (node instanceof ArrayNode array) {
      for (int each = 0; each < array.size(); each++) {
        array.set(each, nullable(array.get(each)));
      }
      return array;
    }
    if (!(node instanceof ObjectNode object)) {
      return node;
    }
    for (String name : names(object)) {
      object.set(name, nullable(object.get(name)));
    }
    if (!object.path("nullable").isBoolean() || !object.remove("nullable").asBoolean()) {
      return object;
    }
    ObjectNode either = JSON.createObjectNode();
    either.putArray("anyOf").add(object).addObject().put("type", "null");
    return either;
  }

  private static List<String> names(ObjectNode object) {
    List<String> names = new ArrayList<>();
    object.fieldNames().forEachRemaining(names::add);
    return names;
  }

  /** The schema, if there is such a file. */
  public static Optional<OpenAiSchema> find() {
    return Read.SCHEMA;
  }

  /** The schema. A test that asks for it is skipped if there is no such file. */
  public static OpenAiSchema required() {
    Optional<OpenAiSchema> found = find();
    assumeTrue(found.isPresent(), "OpenAI's schema is not in a folder above, at " + PLACE);
    return found.orElseThrow();
  }

  /** Read once, for it is large. */
  private static final class Read {

    private static final Optional<OpenAiSchema> SCHEMA = file().map(OpenAiSchema::read);
  }

  private static OpenAiSchema read(Path file) {
    try {
      return new OpenAiSchema(Files.readString(file));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static Optional<Path> file() {
    String named = System.getProperty(PROPERTY, "");
    if (!named.isEmpty()) {
      return Optional.of(Path.of(named)).filter(Files::exists);
    }
    for (Path above = Path.of("").toAbsolutePath(); above != null; above = above.getParent()) {
      if (Files.exists(above.resolve(PLACE))) {
        return Optional.of(above.resolve(PLACE));
      }
    }
    return Optional.empty();
  }

  /** Asserts that an answer is one of these objects, such as {@code Batch}. */
  public void assertIs(String name, JsonNode answer) {
    Schema schema = registry.getSchema(SchemaLocation.of(BASE + "#/components/schemas/" + name));
    assertThat(schema.validate(answer)).as("%s: %s", name, answer).isEmpty();
  }
}
