package io.penstock.compose.bench.rig;

import static java.util.stream.Collectors.joining;

import io.penstock.compose.kafka.EmbeddedKafkaConfig;
import io.penstock.compose.kafka.KafkaQuorum;
import io.penstock.compose.kafka.LoopbackPorts;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Brokers that make up one cluster, each in a process of its own, so that one of them can be
 * killed. Nodes count from 1. For one thread at a time.
 */
public final class BenchBrokers implements AutoCloseable {

  private final String clusterId = KafkaQuorum.newClusterId();
  private final Duration session;
  private final List<Integer> clientPorts;
  private final List<Integer> controllerPorts;
  private final List<BenchProcess> processes = new ArrayList<>();
  private Path folder = Path.of("");

  /**
   * Chooses their addresses; the cluster that they are given to launches them.
   *
   * @param count 3, 5, 7 or 9
   * @param session how long a broker may be silent until it counts as lost
   */
  public BenchBrokers(int count, Duration session) {
    this.session = session;
    List<Integer> free = LoopbackPorts.free(2 * count);
    clientPorts = free.subList(0, count);
    controllerPorts = free.subList(count, 2 * count);
  }

  /** Starts all of them in subfolders of this folder, and returns when they take clients. */
  public void start(Path parent) throws IOException {
    folder = parent;
    for (int node = 1; node <= clientPorts.size(); node++) {
      processes.add(launch(node));
    }
    for (BenchProcess each : processes) {
      var _ = each.awaitReady();
    }
  }

  private BenchProcess launch(int node) throws IOException {
    return BenchProcess.broker(
        new EmbeddedKafkaConfig(
            folder.resolve("kafka-" + node),
            clientPorts.get(node - 1),
            BenchCluster.MAX_RECORD_BYTES,
            Optional.of(new KafkaQuorum(clusterId, node, controllerPorts, session))),
        folder.resolve("kafka-" + node + ".log"));
  }

  /** The {@code host:port} of all of them. */
  public String bootstrapServers() {
    return clientPorts.stream().map(port -> LoopbackPorts.HOST + ":" + port).collect(joining(","));
  }

  public int count() {
    return clientPorts.size();
  }

  /** Kills one as {@code kill -9} does. */
  public void kill(int node) throws InterruptedException {
    processes.get(node - 1).kill();
  }

  /** Starts a killed one on its folder, and returns when it takes clients. */
  public void restart(int node) throws IOException {
    BenchProcess started = launch(node);
    processes.set(node - 1, started);
    var _ = started.awaitReady();
  }

  /** Kills all: nobody needs what they hold. */
  @Override
  public void close() {
    processes.forEach(BenchProcess::close);
  }
}
