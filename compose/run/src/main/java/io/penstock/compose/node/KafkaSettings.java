package io.penstock.compose.node;

import java.util.Map;
import java.util.Optional;

/**
 * Says whether Kafka is embedded or outside, and where it is.
 *
 * @param bootstrapServers the {@code host:port} list of a cluster that runs already; left out: a
 *     broker in this process, on the data folder
 * @param port of the broker in this process, on 127.0.0.1, 1 to 65535, or 0 for a free one
 * @param settings further settings of every Kafka client, such as {@code security.protocol}; only
 *     with {@code bootstrapServers}
 */
public record KafkaSettings(
    Optional<String> bootstrapServers, int port, Map<String, String> settings) {

  public KafkaSettings {
    NodePorts.require("kafka.port", port);
    settings = Map.copyOf(settings);
    if (bootstrapServers.isPresent() && bootstrapServers.get().isBlank()) {
      throw new IllegalArgumentException(
          "bootstrapServers is empty; give host:port, or leave it out to run a broker in this"
              + " process");
    }
    if (bootstrapServers.isEmpty() && !settings.isEmpty()) {
      throw new IllegalArgumentException(
          "kafka.settings need kafka.bootstrapServers: the broker in this process takes none; name"
              + " a cluster, or remove the settings");
    }
  }

  /** A broker in this process. */
  public static KafkaSettings embedded(int port) {
    return new KafkaSettings(Optional.empty(), port, Map.of());
  }

  public boolean isEmbedded() {
    return bootstrapServers.isEmpty();
  }

  /** Names the settings only: values may be passwords. */
  @Override
  public String toString() {
    return "KafkaSettings[%s, port %d, settings %s]"
        .formatted(bootstrapServers.orElse("embedded"), port, settings.keySet());
  }
}
