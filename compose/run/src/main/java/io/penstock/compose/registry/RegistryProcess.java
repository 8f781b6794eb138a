package io.penstock.compose.registry;

import io.penstock.compose.kafka.LoopbackPorts;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Apicurio schema registry in a JVM of its own on loopback. It ends with this process, however
 * this one ends. {@link #launch} and {@link #awaitReady} are apart so that its start can overlap
 * others'.
 */
public final class RegistryProcess implements AutoCloseable {

  private static final Logger log = LoggerFactory.getLogger(RegistryProcess.class);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration STOP_GRACE = Duration.ofSeconds(2);
  private static final int LOG_TAIL_LINES = 20;

  private final RegistryConfig config;
  private final int port;
  private final int managementPort;
  private final Path logFile;
  private final PidFile pidFile;
  private volatile @Nullable Process process;

  /**
   * Chooses the ports.
   *
   * @throws io.penstock.compose.kafka.PortInUseException if the chosen one is taken
   */
  public RegistryProcess(RegistryConfig config) {
    this.config = config;
    port = LoopbackPorts.choose(config.port(), "--registry-port");
    List<Integer> free = LoopbackPorts.free(2);
    managementPort = free.getFirst() == port ? free.getLast() : free.getFirst();
    logFile = config.folder().resolve("registry.log");
    pidFile = new PidFile(config.folder().resolve("registry.pid"));
  }

  /** Its base in Confluent's API, known before it runs. */
  public String url() {
    return "http://%s:%d/apis/ccompat/v7".formatted(LoopbackPorts.HOST, port);
  }

  /** Starts the child process and returns at once. */
  public synchronized void launch() {
    if (process != null) {
      throw new IllegalStateException("the registry was started already");
    }
    try {
      Files.createDirectories(config.folder());
      pidFile.endLeftOver();
      ClientSettingsFile.write(RegistryCommand.clientSettings(config), config.storage());
      Process child =
          new ProcessBuilder(RegistryCommand.of(config, port, managementPort))
              .directory(config.folder().toFile())
              .redirectErrorStream(true)
              .redirectOutput(logFile.toFile())
              .start();
      process = child;
      pidFile.write(child.toHandle());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start the registry: " + e.getMessage(), e);
    }
  }

  /**
   * Returns when the registry has its schemas, answers, and holds subjects to BACKWARD.
   *
   * @throws RegistryException if it ends, or is not ready in time, with the end of its log
   */
  public void awaitReady(Duration patience) throws InterruptedException {
    long begin = System.nanoTime();
    URI health =
        URI.create("http://%s:%d/health/ready".formatted(LoopbackPorts.HOST, managementPort));
    try (RegistryApi api = new RegistryApi()) {
      while (!api.healthy(health)) {
        requireRunning();
        if (System.nanoTime() - begin > patience.toNanos()) {
          throw new RegistryException(
              "the registry is not ready after %d s; its log %s ends:%n%s"
                  .formatted(patience.toSeconds(), logFile, logTail()));
        }
        Thread.sleep(POLL);
      }
      api.setGlobalCompatibility(url(), "BACKWARD");
    }
    log.info("The schema registry answers at {}", url());
  }

  /** Launches it and waits until it is ready. */
  public void start(Duration patience) throws InterruptedException {
    launch();
    awaitReady(patience);
  }

  /** Returns whether the child process runs. */
  public boolean running() {
    Process child = process;
    return child != null && child.isAlive();
  }

  /** Where its output goes. */
  public Path logFile() {
    return logFile;
  }

  private void requireRunning() {
    Process child = process;
    if (child == null) {
      throw new IllegalStateException("the registry was not launched");
    }
    if (!child.isAlive()) {
      throw new RegistryException(
          "the registry ended with exit code %d; its log %s ends:%n%s"
              .formatted(child.exitValue(), logFile, logTail()));
    }
  }

  private String logTail() {
    try {
      List<String> lines =
          new String(Files.readAllBytes(logFile), StandardCharsets.UTF_8).lines().toList();
      return String.join(
          System.lineSeparator(),
          lines.subList(Math.max(0, lines.size() - LOG_TAIL_LINES), lines.size()));
    } catch (IOException e) {
      return "(the log cannot be read: %s)".formatted(e.getMessage());
    }
  }

  /** Ends the child, by force after 2 s: what it answered for is on Kafka already. */
  @Override
  public synchronized void close() {
    Process child = process;
    if (child == null) {
      return;
    }
    child.destroy();
    try {
      if (!child.waitFor(STOP_GRACE.toMillis(), TimeUnit.MILLISECONDS)) {
        child.destroyForcibly();
      }
      pidFile.delete();
    } catch (InterruptedException _) {
      child.destroyForcibly();
      Thread.currentThread().interrupt();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
