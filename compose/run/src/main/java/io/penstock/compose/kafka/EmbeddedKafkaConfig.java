package io.penstock.compose.kafka;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * The settings of an embedded broker: its folder and ports, the size of its records, and whether it
 * is alone.
 *
 * @param folder holds its log; made and formatted at first start
 * @param port on 127.0.0.1 for clients, 1 to 65535, or 0 for a free one
 * @param maxMessageBytes the largest record batch it takes, in bytes, 1 MiB or more
 * @param quorum the cluster that it is a node of; empty for one that is all of its cluster
 * @param properties further properties of the broker, such as listeners of its own; they win over
 *     Penstock's
 */
public record EmbeddedKafkaConfig(
    Path folder,
    int port,
    int maxMessageBytes,
    Optional<KafkaQuorum> quorum,
    Map<String, String> properties) {

  private static final int MIB = 1024 * 1024;

  public EmbeddedKafkaConfig {
    properties = Map.copyOf(properties);
    if (port < 0 || port > 65_535) {
      throw new IllegalArgumentException(
          "Kafka's port is %d; it must be from 1 to 65535, or 0 for a free one".formatted(port));
    }
    if (maxMessageBytes < MIB) {
      throw new IllegalArgumentException(
          "maxMessageBytes is %d; it must be at least %d".formatted(maxMessageBytes, MIB));
    }
    if (quorum.isPresent() && quorum.get().controllerPorts().contains(port)) {
      throw new IllegalArgumentException(
          "Kafka's port is %d, which is one of the controllers'; choose another".formatted(port));
    }
  }

  /** A broker that is all of its cluster. */
  public EmbeddedKafkaConfig(Path folder, int port, int maxMessageBytes) {
    this(folder, port, maxMessageBytes, Optional.empty());
  }

  /** One with no properties beyond Penstock's own. */
  public EmbeddedKafkaConfig(
      Path folder, int port, int maxMessageBytes, Optional<KafkaQuorum> quorum) {
    this(folder, port, maxMessageBytes, quorum, Map.of());
  }

  /** Names the properties only: values may be passwords. */
  @Override
  public String toString() {
    return "EmbeddedKafkaConfig[%s, port %d, maxMessageBytes %d, %s, properties %s]"
        .formatted(folder, port, maxMessageBytes, quorum, properties.keySet());
  }

  /** The broker's id in its cluster. */
  int nodeId() {
    return quorum.map(KafkaQuorum::node).orElse(1);
  }
}
