package io.penstock.compose.cli;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.models.InvalidModelsException;
import io.penstock.schemas.models.ModelChanges;
import io.penstock.schemas.models.ModelFile;
import io.penstock.schemas.models.ModelPublisher;
import io.penstock.schemas.registry.ConcurrentRegistryChangeException;
import io.penstock.schemas.routing.Revision;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/** The registry on the models topic. */
final class PublishedModels implements ModelRegistry {

  private final ModelPublisher publisher;
  private final TopicSettings topics;
  private final InstantSource clock;

  PublishedModels(ClusterConnection connection, TopicSettings topics, InstantSource clock) {
    this.publisher = new ModelPublisher(connection, topics);
    this.topics = topics;
    this.clock = clock;
  }

  @Override
  public List<ModelSpec> list() {
    return publisher.list().models();
  }

  @Override
  public List<ModelSpec> apply(Path file) {
    return explained(
        () -> {
          List<ModelSpec> models = read(file, topics.modelPartitions(), clock.instant());
          publisher.apply(models);
          return stored(list(), models);
        });
  }

  @Override
  public void apply(List<ModelSpec> models) {
    var _ = explained(() -> publisher.apply(models));
  }

  @Override
  public boolean remove(String name) {
    return explained(() -> publisher.remove(name));
  }

  @Override
  public List<Revision> history() {
    return publisher.history();
  }

  @Override
  public Optional<ModelChanges> rollback(String revision) {
    boolean kept = history().stream().anyMatch(each -> each.name().equals(revision));
    return kept ? Optional.of(explained(() -> publisher.rollback(revision))) : Optional.empty();
  }

  /**
   * What the registry has in place of these models, in their order. One that it had already keeps
   * the time of its last change; one that was removed meanwhile is left out.
   */
  static List<ModelSpec> stored(List<ModelSpec> registry, List<ModelSpec> applied) {
    Map<String, ModelSpec> byName =
        registry.stream().collect(Collectors.toMap(ModelSpec::getName, model -> model));
    return applied.stream()
        .flatMap(model -> Optional.ofNullable(byName.get(model.getName())).stream())
        .toList();
  }

  /**
   * The models of a file.
   *
   * @param modelPartitions {@link Integer#MAX_VALUE} if unknown
   * @throws CliException if the file would be invalid
   */
  static List<ModelSpec> read(Path file, int modelPartitions, Instant now) {
    return explained(
        () -> {
          try {
            return ModelFile.read(file, modelPartitions, now);
          } catch (IOException e) {
            throw CliException.usage("%s cannot be read: %s".formatted(file, e.getMessage()));
          }
        });
  }

  private static <T> T explained(Supplier<T> change) {
    try {
      return change.get();
    } catch (InvalidModelsException | ConcurrentRegistryChangeException e) {
      throw CliException.failure(e.getMessage(), e);
    }
  }
}
