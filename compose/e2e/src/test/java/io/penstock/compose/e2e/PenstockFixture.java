package io.penstock.compose.e2e;

import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import io.penstock.compose.node.RegistrySettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * One running Penstock for all end-to-end tests of a JVM, in a folder of its own: a test takes it
 * as a parameter of type {@link PenstockNode}. Tests share its topics, so each uses ids of its own.
 */
public final class PenstockFixture implements ParameterResolver {

  private static final Duration PATIENCE = Duration.ofMinutes(2);
  private static final String KEY = "running-penstock";

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == PenstockNode.class;
  }

  @Override
  public PenstockNode resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(PenstockFixture.class))
        .getOrComputeIfAbsent(KEY, _ -> new Running(), Running.class)
        .node;
  }

  /** The node and its folder, closed by JUnit after the last test. */
  private static final class Running implements AutoCloseable {

    private final Path folder;
    private final PenstockNode node;

    Running() {
      try {
        folder = Files.createTempDirectory("penstock-test-");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      NodeConfig usual = NodeConfig.of(folder);
      node =
          new PenstockNode(usual.toBuilder().registry(RegistrySettings.embedded(0, false)).build());
      try {
        node.start();
        node.awaitReady(PATIENCE);
      } catch (InterruptedException e) {
        node.close();
        Thread.currentThread().interrupt();
        throw new IllegalStateException(e);
      } catch (RuntimeException e) {
        node.close();
        throw e;
      }
    }

    @Override
    public void close() throws IOException {
      node.close();
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.deleteIfExists(file);
        }
      }
    }
  }
}
