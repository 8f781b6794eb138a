package io.penstock.compose.registry;

import java.nio.file.Path;

/**
 * The settings of the registry.
 *
 * @param distribution the folder of {@code quarkus-run.jar}; see {@link RegistryDistribution}
 * @param folder for its log, its pid file and its temporary files; made if there is none
 * @param port on 127.0.0.1, 1 to 65535, or 0 for a free one
 * @param storage where it keeps the schemas
 */
public record RegistryConfig(Path distribution, Path folder, int port, RegistryStorage storage) {

  public RegistryConfig {
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "the registry's port is %d; it must be from 1 to 65535, or 0 for a free one"
              .formatted(port));
    }
  }
}
