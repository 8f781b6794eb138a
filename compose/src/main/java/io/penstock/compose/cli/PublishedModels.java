package io.penstock.compose.cli;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicNames;
import java.nio.file.Path;
import java.util.List;

/** The registry on the models topic. */
final class PublishedModels implements ModelRegistry {

  PublishedModels(ClusterConnection connection, TopicNames names) {}

  @Override
  public List<ModelSpec> list() {
    throw new UnsupportedOperationException();
  }

  @Override
  public List<ModelSpec> apply(Path file) {
    throw new UnsupportedOperationException();
  }

  @Override
  public boolean remove(String name) {
    throw new UnsupportedOperationException();
  }
}
