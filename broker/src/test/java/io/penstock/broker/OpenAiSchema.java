package io.penstock.broker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Holds JSON to the schema that OpenAI publishes. A test that uses it is skipped without it. */
public final class OpenAiSchema {

  private static final Path PLACE = Path.of("shared", "data", "openai", "openapi-subset.json");
  private static final Path FILE = find();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Map<String, Schema> SCHEMAS = new ConcurrentHashMap<>();

  private OpenAiSchema() {}

  /** In a folder above the checkout, or where the variable OPENAI_SCHEMA says. */
  private static Path find() {
    String given = System.getenv("OPENAI_SCHEMA");
    if (given != null) {
      return Path.of(given);
    }
    Path folder = Path.of("").toAbsolutePath();
    while (folder.getParent() != null && !Files.isReadable(folder.resolve(PLACE))) {
      folder = folder.getParent();
    }
    return folder.resolve(PLACE);
  }

  /** Fails unless the JSON is as the schema of this name says. */
  public static void assertValid(String name, JsonNode json) {
    assumeTrue(Files.isReadable(FILE), "OpenAI's schema is not at " + FILE);
    assertThat(SCHEMAS.computeIfAbsent(name, OpenAiSchema::schema).validate(json))
        .as("%s: %s", name, json)
        .isEmpty();
  }

  private static Schema schema(String name) {
    try {
      ObjectNode schema = JSON.createObjectNode();
      schema.set("components", JSON.readTree(FILE.toFile()).path("components"));
      schema.put("$ref", "#/components/schemas/" + name);
      return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
          .getSchema(schema);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }
}
