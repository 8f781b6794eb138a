package io.penstock.compose.cli;

import io.penstock.compose.config.Configuration;
import io.penstock.compose.config.ValueReferences;
import io.penstock.compose.node.NodeConfig;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The cluster that a command works with. It comes whole from one source: from the configuration if
 * that names Kafka, or a registry that the running {@code penstock up} does not use; else from that
 * {@code up}; else from the ports on which {@code up} would run one. Options and variables are part
 * of the configuration.
 *
 * @param read the configuration of the command
 * @param running the {@code penstock up} that the cluster is of, if the configuration names none
 */
record ClusterChoice(Configuration read, Optional<ClusterFile> running) {

  static final String DEFAULT_KAFKA = kafkaAt(NodeDefaults.KAFKA_PORT);
  static final String DEFAULT_REGISTRY = registryAt(NodeDefaults.REGISTRY_PORT);

  private static String kafkaAt(int port) {
    return "127.0.0.1:" + (port == 0 ? NodeDefaults.KAFKA_PORT : port);
  }

  private static String registryAt(int port) {
    return "http://127.0.0.1:%d/apis/ccompat/v7"
        .formatted(port == 0 ? NodeDefaults.REGISTRY_PORT : port);
  }

  /**
   * Returns whether a configuration may be for the cluster of the running {@code up}. It may name
   * the registry alone, for {@code up} can start Kafka beside a registry that is there already.
   */
  static boolean suits(Configuration read, ClusterFile running) {
    return !read.isSet("kafka.bootstrapServers")
        && read.node().registry().url().stream().allMatch(running.registry()::equals);
  }

  private static Map<String, String> resolved(Map<String, String> more) {
    try {
      return ValueReferences.resolve(more);
    } catch (IllegalArgumentException missing) {
      throw CliException.usage("--kafka-config: " + missing.getMessage());
    }
  }

  NodeConfig node() {
    return read.node();
  }

  TopicSettings topics() {
    return node().topics();
  }

  /**
   * Returns how to reach it.
   *
   * @param more further settings of Kafka's clients, which win over those of the configuration
   */
  ClusterConnection connection(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(node().kafka().settings());
    settings.putAll(resolved(more));
    return running
        .map(file -> new ClusterConnection(file.kafka(), file.registry(), settings))
        .orElseGet(
            () ->
                new ClusterConnection(
                    node()
                        .kafka()
                        .bootstrapServers()
                        .orElseGet(() -> kafkaAt(node().kafka().port())),
                    node().registry().url().orElseGet(() -> registryAt(node().registry().port())),
                    settings));
  }
}
