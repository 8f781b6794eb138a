package io.penstock.compose.cli;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.ModelChanges;
import io.penstock.schemas.routing.Revision;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The cluster's model registry. */
interface ModelRegistry {

  /** All models, by name. */
  List<ModelSpec> list();

  /**
   * Adds or replaces the models of a file, and returns them as they are stored.
   *
   * @throws CliException if the file, or the registry with it, would be invalid
   */
  List<ModelSpec> apply(Path file);

  /**
   * Adds or replaces these models.
   *
   * @throws CliException if the registry with them would be invalid
   */
  void apply(List<ModelSpec> models);

  /** Removes a model, and says whether it was there. */
  boolean remove(String name);

  /** The revisions that are kept, the latest first. */
  List<Revision> history();

  /**
   * Makes the registry what it was at a revision.
   *
   * @return empty if no such revision is kept
   * @throws CliException if it would be invalid today
   */
  Optional<ModelChanges> rollback(String revision);
}
