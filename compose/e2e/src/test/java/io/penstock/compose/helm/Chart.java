package io.penstock.compose.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** The chart, in Helm's own hands. */
final class Chart {

  private static final Path FOLDER =
      Stream.of(Path.of("../helm"), Path.of("compose/helm"))
          .filter(Files::isDirectory)
          .findFirst()
          .orElseThrow();

  private Chart() {}

  static LintResult lint() {
    return new Helm(FOLDER).lint().strict().call();
  }

  /**
   * Returns what {@code helm template penstock} prints.
   *
   * @param scratch a folder of its own
   */
  static String render(Path values, Path scratch) throws IOException {
    return new Helm(forAnyVersion(scratch))
        .template()
        .withName("penstock")
        .withNamespace("inference")
        .withValuesFile(values)
        .call();
  }

  /** The library renders for Kubernetes 1.20 and cannot be told another version. */
  private static Path forAnyVersion(Path scratch) throws IOException {
    List<Path> all;
    try (Stream<Path> walk = Files.walk(FOLDER)) {
      all = walk.filter(Files::isRegularFile).toList();
    }
    for (Path each : all) {
      Path copy = scratch.resolve(FOLDER.relativize(each).toString());
      Files.createDirectories(copy.getParent());
      List<String> lines =
          Files.readAllLines(each).stream()
              .filter(line -> !line.startsWith("kubeVersion:"))
              .toList();
      Files.write(copy, lines);
    }
    return scratch;
  }
}
