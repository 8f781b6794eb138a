package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.compose.cli.PenstockCli;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The jars that the build gathers for a server. */
class ServingLibrariesIT {

  @Test
  void serversCarryNoBenchmarkNoDemoNoTestAndNoChartLibrary() throws Exception {
    Path own =
        Path.of(PenstockCli.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<Path> jars = new ArrayList<>(List.of(own));
    try (Stream<Path> libraries = Files.list(own.resolveSibling("lib"))) {
      jars.addAll(libraries.toList());
    }
    assertThat(jars).hasSizeGreaterThan(20);
    for (Path jar : jars) {
      try (JarFile file = new JarFile(jar.toFile())) {
        assertThat(file.stream().map(Object::toString))
            .as(jar.toString())
            .noneMatch(
                entry ->
                    entry.startsWith("io/penstock/compose/bench/")
                        || entry.startsWith("io/penstock/compose/demo/")
                        || entry.startsWith("io/penstock/broker/OpenAiSchema")
                        || entry.startsWith("io/penstock/broker/blobs/s3/S3Server")
                        || entry.startsWith("org/junit/")
                        || entry.startsWith("org/gaul/")
                        || entry.startsWith("org/knowm/"));
      }
    }
  }
}
