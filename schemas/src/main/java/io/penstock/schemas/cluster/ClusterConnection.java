package io.penstock.schemas.cluster;

import java.util.HashMap;
import java.util.Map;

/**
 * Where Kafka and the schema registry are. Passed to every component that talks to them.
 *
 * @param bootstrapServers Kafka's {@code host:port} list
 * @param registryUrl the registry's base in the Confluent API, such as {@code
 *     http://127.0.0.1:8081/apis/ccompat/v7}
 * @param kafka further Kafka client settings, such as security; they win over Penstock's own
 */
public record ClusterConnection(
    String bootstrapServers, String registryUrl, Map<String, String> kafka) {

  public ClusterConnection {
    if (bootstrapServers.isBlank()) {
      throw new IllegalArgumentException("bootstrapServers is empty; give host:port");
    }
    if (registryUrl.isBlank()) {
      throw new IllegalArgumentException("registryUrl is empty; give the registry's base URL");
    }
    kafka = Map.copyOf(kafka);
  }

  public ClusterConnection(String bootstrapServers, String registryUrl) {
    this(bootstrapServers, registryUrl, Map.of());
  }

  /** A new map of the component's own settings, the address, and the operator's settings on top. */
  public Map<String, Object> with(Map<String, ?> own) {
    Map<String, Object> settings = new HashMap<>(own);
    settings.put("bootstrap.servers", bootstrapServers);
    settings.putAll(kafka);
    return settings;
  }
}
