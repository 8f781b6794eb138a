package io.penstock.compose.demo;

import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.PenstockNode;
import io.penstock.compose.node.RegistrySettings;
import io.penstock.compose.node.Role;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Penstock in a temporary folder, which goes with it. Closing twice, or from a hook, is fine. */
final class DemoHouse implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DemoHouse.class);
  private static final Duration START = Duration.ofMinutes(2);

  private final Path folder;
  private final PenstockNode node;
  private boolean closed;

  private DemoHouse(Path folder, PenstockNode node) {
    this.folder = folder;
    this.node = node;
  }

  /** Takes a new folder and free ports. */
  static DemoHouse open() throws IOException {
    return open(Role.all());
  }

  /** Does the same as {@link #open}, for workers of the caller's own. */
  static DemoHouse withoutWorker() throws IOException {
    return open(EnumSet.complementOf(EnumSet.of(Role.WORKER)));
  }

  private static DemoHouse open(Set<Role> roles) throws IOException {
    Path folder = Files.createTempDirectory("penstock-demo-");
    try {
      NodeConfig config =
          NodeConfig.of(folder).toBuilder()
              .registry(RegistrySettings.embedded(0, false))
              .roles(roles)
              .build();
      return new DemoHouse(folder, new PenstockNode(config));
    } catch (RuntimeException e) {
      delete(folder);
      throw e;
    }
  }

  /** Starts everything and returns when all parts are ready. */
  void start() throws InterruptedException {
    node.start();
    node.awaitReady(START);
  }

  ClusterConnection connection() {
    return node.connection();
  }

  TopicSettings topics() {
    return node.topics();
  }

  TopicNames names() {
    return node.topics().names();
  }

  @Override
  public synchronized void close() {
    if (closed) {
      return;
    }
    closed = true;
    try {
      node.close();
    } finally {
      delete(folder);
    }
  }

  private static void delete(Path folder) {
    try {
      Files.walkFileTree(folder, new Deletion());
    } catch (IOException e) {
      LOG.warn("{} could not be deleted: {}", folder, e.getMessage());
    }
  }

  /** Deletes what it visits. */
  private static final class Deletion extends SimpleFileVisitor<Path> {

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      Files.deleteIfExists(file);
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult visitFileFailed(Path file, IOException gone) {
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException error)
        throws IOException {
      Files.deleteIfExists(visited);
      return FileVisitResult.CONTINUE;
    }
  }
}
