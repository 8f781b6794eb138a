package io.penstock.compose.bench.faults.fleet;

import io.penstock.compose.kafka.LoopbackPorts;
import io.penstock.compose.registry.RegistryConfig;
import io.penstock.compose.registry.RegistryDistribution;
import io.penstock.compose.registry.RegistryException;
import io.penstock.compose.registry.RegistryProcess;
import io.penstock.compose.registry.RegistryStorage;
import java.nio.file.Path;
import java.time.Duration;

/** The schema registry, which keeps the schemas on Kafka and its address over all its lives. */
final class Registry implements AutoCloseable {

  private final RegistryConfig config;
  private RegistryProcess process;

  Registry(Path folder, String bootstrapServers) {
    config =
        new RegistryConfig(
            RegistryDistribution.find(),
            folder,
            LoopbackPorts.free(1).getFirst(),
            new RegistryStorage.OnKafka(bootstrapServers, "penstock."));
    process = new RegistryProcess(config);
  }

  synchronized String url() {
    return process.url();
  }

  synchronized void launch() {
    process.launch();
  }

  /** Returns whether it was ready within this time. */
  boolean awaitReady(Duration patience) throws InterruptedException {
    try {
      current().awaitReady(patience);
      return true;
    } catch (RegistryException e) {
      return false;
    }
  }

  private synchronized RegistryProcess current() {
    return process;
  }

  /** Takes it down until {@link #again}. */
  synchronized void stop() {
    process.close();
  }

  /** Starts it anew on what it keeps. */
  synchronized void again() {
    process.close();
    process = new RegistryProcess(config);
    process.launch();
  }

  boolean isRunning() {
    return current().running();
  }

  @Override
  public synchronized void close() {
    process.close();
  }
}
