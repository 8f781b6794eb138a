package io.penstock.compose.bench.rig;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A temporary folder that goes with what is in it. */
public final class BenchFolder {

  private BenchFolder() {}

  public static Path make() throws IOException {
    return Files.createTempDirectory("penstock-bench-");
  }

  /** Removes a folder; files that vanish meanwhile are no error. */
  public static void remove(Path folder) throws IOException {
    List<Path> all;
    try (Stream<Path> files = Files.walk(folder)) {
      all = files.sorted(Comparator.reverseOrder()).toList();
    } catch (NoSuchFileException _) {
      return;
    }
    for (Path each : all) {
      Files.deleteIfExists(each);
    }
  }
}
