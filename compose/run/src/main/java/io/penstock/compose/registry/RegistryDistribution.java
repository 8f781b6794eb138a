package io.penstock.compose.registry;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Finds what the build unpacked: the Apicurio registry, and our own classes for its JVM. */
public final class RegistryDistribution {

  static final String JAR = "quarkus-run.jar";

  private RegistryDistribution() {}

  /**
   * The registry's folder: beside the folder of libraries in a distribution, or under {@code
   * target} in a source tree.
   *
   * @throws IllegalStateException if there is none
   */
  public static Path find() {
    Path classes = ownClasses();
    List<Path> candidates =
        List.of(classes.resolveSibling("registry"), classes.getParent().resolveSibling("registry"));
    return candidates.stream()
        .filter(folder -> Files.exists(folder.resolve(JAR)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalStateException(
                    "the schema registry is missing at %s, so this installation is not whole; start Penstock with ./penstock, which builds what is missing, or name a registry that runs with --registry"
                        .formatted(candidates)));
  }

  /** The jar or folder that holds this class. */
  static Path ownClasses() {
    try {
      return Path.of(
          RegistryDistribution.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
