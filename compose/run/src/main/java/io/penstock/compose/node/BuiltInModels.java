package io.penstock.compose.node;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.ModelFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/** The models that come with Penstock. */
final class BuiltInModels {

  private static final String RESOURCE = "models.yaml";

  private BuiltInModels() {}

  static List<ModelSpec> read(int modelPartitions, Instant now) {
    try (InputStream in = BuiltInModels.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(RESOURCE + " is missing from the build");
      }
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return ModelFile.parse(RESOURCE, text, modelPartitions, now);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
