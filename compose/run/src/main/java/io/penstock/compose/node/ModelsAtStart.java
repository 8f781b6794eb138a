package io.penstock.compose.node;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;

/** The models that a node puts into the registry when it starts. */
final class ModelsAtStart {

  private static final String RESOURCE = "models.yaml";

  private ModelsAtStart() {}

  /**
   * Those that come with Penstock, and those of the configured file. Only score publishes models,
   * since it needs them first. Otherwise each start of another role would undo what an operator has
   * changed since.
   */
  static List<ModelSpec> of(NodeConfig config, Instant now) {
    if (!config.has(Role.SCORE)) {
      return List.of();
    }
    int partitions = config.topics().modelPartitions();
    List<ModelSpec> named =
        config.models().map(file -> read(file, partitions, now)).orElse(List.of());
    return Stream.concat(builtIn(partitions, now).stream(), named.stream()).toList();
  }

  private static List<ModelSpec> builtIn(int modelPartitions, Instant now) {
    try (InputStream in = ModelsAtStart.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the build");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return ModelFile.parse(RESOURCE, text, modelPartitions, now);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<ModelSpec> read(Path file, int modelPartitions, Instant now) {
    try {
      return ModelFile.read(file, modelPartitions, now);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "cannot read the models file %s: %s".formatted(file, e.getMessage()), e);
    }
  }
}
