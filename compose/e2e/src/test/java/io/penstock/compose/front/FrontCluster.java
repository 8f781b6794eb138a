package io.penstock.compose.front;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.penstock.broker.HttpFront;
import io.penstock.broker.blobs.BlobStore;
import io.penstock.broker.blobs.FolderStore;
import io.penstock.broker.settings.ConnectionSettings;
import io.penstock.broker.settings.HttpSettings;
import io.penstock.compose.e2e.PenstockProcess;
import io.penstock.compose.node.PenstockNode;
import io.penstock.compose.reports.ControlReports;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicAdmin;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicNames;
import io.penstock.schemas.topics.TopicSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;

/** Instances of the HTTP front before a {@link ScriptedBackend}, under topics of their own. */
final class FrontCluster implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofMinutes(1);

  private final PenstockNode node;
  private final TopicSettings topics;
  private final ScriptedBackend backend;
  private final Path folder;
  private final BlobStore blobs;
  private final MeterRegistry metrics = new SimpleMeterRegistry();
  private final Deque<HttpFront> fronts = new ArrayDeque<>();

  /**
   * @param prefix of the topics
   * @param partitions of results
   */
  FrontCluster(PenstockNode node, String prefix, int partitions) throws IOException {
    this.node = node;
    TopicSettings usual = node.topics();
    this.topics =
        new TopicSettings(
            new TopicNames(prefix),
            2,
            partitions,
            usual.replicationFactor(),
            usual.maxDeadline(),
            usual.resultRetention(),
            64 * 1024);
    try (Admin admin = Admin.create(node.connection().with(Map.of()))) {
      TopicAdmin.ensure(admin, topics);
    }
    new AvroSerdes(node.connection()).subjects().register(new TopicCatalog(topics));
    this.backend = new ScriptedBackend(node.connection(), topics);
    this.folder = Files.createTempDirectory("penstock-front-files");
    this.blobs = FolderStore.open(folder);
  }

  ScriptedBackend backend() {
    return backend;
  }

  TopicSettings topics() {
    return topics;
  }

  /** On a free port, with comments often enough to be seen by a test. */
  static HttpSettings settings() {
    return settings(Duration.ofSeconds(5));
  }

  /** The same with another time for those who wait while the instance stops. */
  static HttpSettings settings(Duration drain) {
    HttpSettings usual = HttpSettings.DEFAULT.withPort(0);
    return usual
        .withConnections(
            new ConnectionSettings(
                usual.connections().maxHeaderBytes(),
                Duration.ofMinutes(1),
                Duration.ofMillis(100),
                256 * 1024,
                usual.connections().requestGrace(),
                usual.connections().leastBytesPerSecond(),
                usual.connections().answerWindow(),
                usual.connections().leastAnswerBytesPerSecond()))
        .withSessionTimeout(Duration.ofSeconds(3))
        .withDrain(drain);
  }

  /** Starts an instance and waits until it serves. */
  HttpFront start(HttpSettings settings) throws InterruptedException {
    HttpFront front =
        HttpFront.start(node.connection(), topics, settings, blobs, new ControlReports(), metrics);
    fronts.push(front);
    awaitReady(front);
    return front;
  }

  /**
   * A process with one instance, which can be killed.
   *
   * @param more further arguments
   */
  PenstockProcess process(Path home, String... more) throws IOException {
    return FrontProcess.start(node.connection(), topics, home, more);
  }

  static void awaitReady(HttpFront front) throws InterruptedException {
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (front.problem().isPresent()) {
      if (System.nanoTime() - until > 0) {
        throw new IllegalStateException("not ready: " + front.problem());
      }
      Thread.sleep(20);
    }
  }

  @Override
  public void close() throws IOException {
    fronts.forEach(HttpFront::close);
    backend.close();
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(each);
      }
    }
  }
}
