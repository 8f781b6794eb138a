package io.penstock.compose.bench;

import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/** The checkout that this Penstock was built from, where a benchmark finds its scripts. */
public final class SourceTree {

  private SourceTree() {}

  /** Its folder of this module, or empty where Penstock runs without its sources. */
  public static Optional<Path> bench() {
    return Stream.iterate(ownClasses(), folder -> folder != null, Path::getParent)
        .map(folder -> folder.resolve("compose").resolve("bench"))
        .filter(folder -> Files.exists(folder.resolve("pom.xml")))
        .findFirst();
  }

  /** The jar or folder that holds this class: in the checkout's target or .penstock folder. */
  public static Path ownClasses() {
    try {
      return Path.of(SourceTree.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    } catch (URISyntaxException e) {
      throw new IllegalStateException(e);
    }
  }
}
