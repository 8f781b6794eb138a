package io.penstock.compose.cli;

import io.penstock.broker.settings.HttpSettings;
import io.penstock.compose.config.ConfigSources.Given;
import io.penstock.compose.config.Configuration;
import io.penstock.compose.node.KafkaSettings;
import io.penstock.compose.node.NodeConfig;
import io.penstock.compose.node.OperationsSettings;
import io.penstock.compose.node.RegistrySettings;
import io.penstock.workers.WorkerConfig;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.util.List;

/** The defaults of {@code penstock up}. */
final class NodeDefaults {

  static final int KAFKA_PORT = 9092;
  static final int REGISTRY_PORT = 8081;
  static final int OPERATIONS_PORT = 9095;
  static final int HTTP_PORT = 8080;

  private NodeDefaults() {}

  /** All in one process, on the usual ports. */
  static NodeConfig alone(Path data) {
    return NodeConfig.of(data).toBuilder()
        .kafka(KafkaSettings.embedded(KAFKA_PORT))
        .registry(RegistrySettings.embedded(REGISTRY_PORT, true))
        .operations(OperationsSettings.onLoopback(OPERATIONS_PORT))
        .http(HttpSettings.DEFAULT.withPort(HTTP_PORT))
        .build();
  }

  /**
   * Reads the configuration of a node. On a cluster that others use, too, its worker is called as
   * its host is, for no two running workers may have the same name.
   */
  static Configuration read(ConfigOptions options, Environment environment, List<Given> given) {
    Configuration read = options.read(environment, given, NodeDefaults::alone);
    if (read.node().kafka().isEmbedded() || read.isSet("worker.workerId")) {
      return read;
    }
    return options.read(
        environment,
        given,
        data -> {
          NodeConfig alone = alone(data);
          WorkerConfig usual = alone.worker();
          return alone.toBuilder()
              .worker(
                  new WorkerConfig(hostName(), usual.models(), usual.slots()).withHost(hostName()))
              .build();
        });
  }

  static String hostName() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
