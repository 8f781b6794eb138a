package io.penstock.schemas.compatibility;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicSettings;
import io.penstock.schemas.topics.TopicSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.apache.avro.Schema;
import org.apache.avro.SchemaCompatibility;
import org.apache.avro.SchemaCompatibility.SchemaCompatibilityType;
import org.apache.avro.specific.SpecificData;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Today's schemas read what every released version wrote. The released ones lie in {@code
 * src/test/resources/compatibility/vN}; they never change. A release with changed schemas adds a
 * folder: run this test with {@code -Dpenstock.snapshots=vN}, which writes it.
 */
class SchemaCompatibilityTest {

  private static final Path SNAPSHOTS = Path.of("src/test/resources/compatibility");

  static List<Schema> current() throws IOException {
    List<Schema> schemas =
        new TopicCatalog(TopicSettings.DEFAULT)
            .topics().stream()
                .map(TopicSpec::value)
                .distinct()
                .map(type -> SpecificData.get().getSchema(type))
                .toList();
    String version = System.getProperty("penstock.snapshots");
    if (version != null) {
      Path folder = Files.createDirectories(SNAPSHOTS.resolve(version));
      for (Schema schema : schemas) {
        Files.writeString(
            folder.resolve(fileOf(schema)),
            new ObjectMapper().readTree(schema.toString()).toPrettyString() + "\n");
      }
    }
    return schemas;
  }

  @ParameterizedTest
  @MethodSource("current")
  void everySchemaReadsItsPredecessors(Schema schema) throws IOException {
    List<Path> versions = versions();
    assertThat(versions.getLast().resolve(fileOf(schema)))
        .as("the snapshot of %s; write it with -Dpenstock.snapshots=vN", schema.getName())
        .exists();
    for (Path version : versions) {
      Path file = version.resolve(fileOf(schema));
      if (Files.exists(file)) {
        assertThat(incompatibilities(schema, parse(Files.readString(file))))
            .as("%s cannot read what %s wrote", schema.getName(), file)
            .isEmpty();
      }
    }
  }

  @Test
  void factsReadWhatEveryScoredRequestWrote() throws IOException {
    for (Path version : versions()) {
      Schema written =
          parse(Files.readString(version.resolve(fileOf(ScoredRequest.getClassSchema()))));

      assertThat(incompatibilities(ScoredFacts.getClassSchema(), written)).isEmpty();
    }
  }

  @Test
  void noSnapshotOutlivesItsSchema() throws IOException {
    List<String> names = current().stream().map(SchemaCompatibilityTest::fileOf).toList();
    for (Path version : versions()) {
      try (Stream<Path> files = Files.list(version)) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .as("a schema was removed or renamed")
            .isSubsetOf(names);
      }
    }
  }

  @Test
  void aNewFieldWithoutADefaultIsFound() throws IOException {
    String changed =
        InferenceRequest.getClassSchema()
            .toString()
            .replaceFirst(
                "\"fields\":\\[", "\"fields\":[{\"name\":\"colour\",\"type\":\"string\"},");

    assertThat(incompatibilities(parse(changed), snapshotOf(InferenceRequest.getClassSchema())))
        .singleElement()
        .asString()
        .contains("READER_FIELD_MISSING_DEFAULT_VALUE", "colour");
  }

  @Test
  void aChangedTypeIsFound() throws IOException {
    String changed =
        InferenceRequest.getClassSchema()
            .toString()
            .replace("\"name\":\"body\",\"type\":\"bytes\"", "\"name\":\"body\",\"type\":\"long\"");

    assertThat(incompatibilities(parse(changed), snapshotOf(InferenceRequest.getClassSchema())))
        .singleElement()
        .asString()
        .contains("TYPE_MISMATCH");
  }

  private static List<?> incompatibilities(Schema reader, Schema writer) {
    var result = SchemaCompatibility.checkReaderWriterCompatibility(reader, writer).getResult();
    return result.getCompatibility() == SchemaCompatibilityType.COMPATIBLE
        ? List.of()
        : result.getIncompatibilities();
  }

  private static Schema snapshotOf(Schema schema) throws IOException {
    return parse(Files.readString(versions().getLast().resolve(fileOf(schema))));
  }

  private static List<Path> versions() throws IOException {
    try (Stream<Path> folders = Files.list(SNAPSHOTS)) {
      return folders
          .filter(Files::isDirectory)
          .sorted(
              Comparator.comparingInt(
                  folder -> Integer.parseInt(folder.getFileName().toString().substring(1))))
          .toList();
    }
  }

  private static Schema parse(String json) {
    return new Schema.Parser().parse(json);
  }

  private static String fileOf(Schema schema) {
    return schema.getName() + ".avsc";
  }
}
