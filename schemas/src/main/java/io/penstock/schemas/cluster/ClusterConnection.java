package io.penstock.schemas.cluster;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * The addresses of Kafka and the schema registry. Every component that talks to them receives it.
 *
 * @param bootstrapServers Kafka's {@code host:port} list
 * @param registryUrl the registry's base in the Confluent API, such as {@code
 *     http://127.0.0.1:8081/apis/ccompat/v7}
 * @param kafka further client settings, such as security; they win over Penstock's own. Those that
 *     begin with {@code schema.registry.}, {@code basic.auth.} or {@code bearer.auth.} go to the
 *     registry's client, the others to Kafka's
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
    settings.putAll(ofKafka());
    return settings;
  }

  /** The operator's settings for Kafka's clients. */
  public Map<String, String> ofKafka() {
    return select(key -> !isOfRegistry(key));
  }

  /** The operator's settings for the registry's client. */
  public Map<String, String> registry() {
    return select(ClusterConnection::isOfRegistry);
  }

  /** Leaves out the values of the settings, which may be secrets. */
  @Override
  public String toString() {
    return "ClusterConnection[bootstrapServers=%s, registryUrl=%s, kafka=%s]"
        .formatted(
            bootstrapServers,
            registryUrl.replaceFirst("//[^/@]*@", "//***@"),
            new TreeSet<>(kafka.keySet()));
  }

  private Map<String, String> select(Predicate<String> wanted) {
    return kafka.entrySet().stream()
        .filter(setting -> wanted.test(setting.getKey()))
        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
  }

  private static boolean isOfRegistry(String key) {
    return key.startsWith("schema.registry.")
        || key.startsWith("basic.auth.")
        || key.startsWith("bearer.auth.");
  }
}
