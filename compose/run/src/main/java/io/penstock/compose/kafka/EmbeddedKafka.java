package io.penstock.compose.kafka;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.metadata.storage.Formatter;
import org.apache.kafka.server.common.Feature;
import org.apache.kafka.server.common.MetadataVersion;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A real Kafka broker and controller, alone or one of several nodes, in this JVM on loopback. Its
 * folder survives it: a later one on the same folder, also after kill -9, has the same cluster id,
 * topics and records. Records are not synced to disk one by one, so losing power, unlike losing the
 * process, may lose the newest. As any Kafka broker, it halts the JVM when its disk fails.
 *
 * <p>Making one takes the folder and the port, so that clients can be told the address before it
 * starts. Starts once. {@link #close} may be called from any thread; while {@link #start} runs it
 * waits for it.
 */
public final class EmbeddedKafka implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(EmbeddedKafka.class);

  private final EmbeddedKafkaConfig config;
  private final FolderLock lock;
  private final int port;
  private @Nullable KafkaRaftServer server;

  /**
   * Takes the folder and chooses the port.
   *
   * @throws FolderInUseException if another broker holds the folder
   * @throws PortInUseException if the chosen port is taken
   */
  public EmbeddedKafka(EmbeddedKafkaConfig config) {
    this.config = config;
    lock = FolderLock.acquire(config.folder());
    try {
      port = LoopbackPorts.choose(config.port(), "--kafka-port");
    } catch (RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  /**
   * Formats the folder at first, starts the broker, and returns when it takes clients. One of
   * several waits until most of them run. Once it failed, only {@link #close} is of use.
   *
   * @throws EmbeddedKafkaException if the broker fails to start
   */
  public synchronized void start() {
    if (server != null) {
      throw new IllegalStateException("the embedded Kafka was started already");
    }
    long begin = System.nanoTime();
    try {
      formatAtFirst();
      server =
          new KafkaRaftServer(
              new KafkaConfig(BrokerSettings.of(config, port, controllerPort()), false),
              Time.SYSTEM);
      server.startup();
    } catch (IOException | RuntimeException e) {
      throw new EmbeddedKafkaException(config.folder(), e);
    }
    log.info(
        "Kafka runs at {} on {}, after {} ms",
        bootstrapServers(),
        config.folder(),
        Duration.ofNanos(System.nanoTime() - begin).toMillis());
  }

  private int controllerPort() {
    return config.quorum().map(KafkaQuorum::controllerPort).orElseGet(() -> otherThan(port));
  }

  private static int otherThan(int port) {
    List<Integer> free = LoopbackPorts.free(2);
    return free.getFirst() == port ? free.getLast() : free.getFirst();
  }

  private void formatAtFirst() throws IOException {
    Path folder = config.folder().toAbsolutePath();
    // This is written last, so that a format cut short is done anew.
    if (Files.exists(folder.resolve("meta.properties"))) {
      return;
    }
    Formatter formatter = new Formatter();
    formatter.setPrintStream(
        new PrintStream(PrintStream.nullOutputStream(), false, StandardCharsets.UTF_8));
    formatter.setNodeId(config.nodeId());
    formatter.setClusterId(
        config.quorum().map(KafkaQuorum::clusterId).orElseGet(KafkaQuorum::newClusterId));
    formatter.addDirectory(folder.toString());
    formatter.setMetadataLogDirectory(folder.toString());
    formatter.setControllerListenerName(BrokerSettings.CONTROLLER_LISTENER);
    formatter.setSupportedFeatures(Feature.PRODUCTION_FEATURES);
    formatter.setReleaseVersion(MetadataVersion.latestProduction());
    run(formatter);
  }

  private static void run(Formatter formatter) throws IOException {
    try {
      formatter.run();
    } catch (IOException | RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }

  /** The {@code host:port} for clients, known before the start. */
  public String bootstrapServers() {
    return LoopbackPorts.HOST + ":" + port;
  }

  /** Stops the broker and frees the folder. Clients should be closed first. */
  @Override
  public synchronized void close() {
    if (server != null) {
      server.shutdown();
      server.awaitShutdown();
      server = null;
    }
    lock.close();
  }
}
