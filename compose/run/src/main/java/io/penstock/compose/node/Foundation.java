package io.penstock.compose.node;

import io.penstock.compose.kafka.EmbeddedKafka;
import io.penstock.compose.kafka.EmbeddedKafkaConfig;
import io.penstock.compose.operations.HealthCheck;
import io.penstock.compose.registry.RegistryConfig;
import io.penstock.compose.registry.RegistryDistribution;
import io.penstock.compose.registry.RegistryProcess;
import io.penstock.compose.registry.RegistryStorage;
import io.penstock.schemas.cluster.ClusterConnection;
import java.time.Duration;
import java.util.Optional;

/**
 * Kafka and the schema registry, our own or others'. Making it takes the ports, so that the
 * registry can start beside Kafka.
 */
final class Foundation {

  private static final Duration REGISTRY_PATIENCE = Duration.ofSeconds(90);

  private final Optional<EmbeddedKafka> kafka;
  private final Optional<RegistryProcess> registry;
  private final ClusterConnection connection;

  /**
   * @param stops is given what to close
   */
  Foundation(NodeConfig config, StopSequence stops) {
    kafka = config.kafka().isEmbedded() ? Optional.of(embeddedKafka(config)) : Optional.empty();
    kafka.ifPresent(broker -> stops.add("Kafka", broker));
    String bootstrapServers =
        config.kafka().bootstrapServers().orElseGet(() -> kafka.orElseThrow().bootstrapServers());
    registry =
        config.registry().isEmbedded()
            ? Optional.of(embeddedRegistry(config, bootstrapServers))
            : Optional.empty();
    registry.ifPresent(process -> stops.add("the schema registry", process));
    connection = connection(config, bootstrapServers);
  }

  private static EmbeddedKafka embeddedKafka(NodeConfig config) {
    // A result holds an answer, a dead letter a request with its body: leave room around both.
    int maxMessageBytes = 2 * config.topics().maxRequestBytes() + 2 * 1024 * 1024;
    return new EmbeddedKafka(
        new EmbeddedKafkaConfig(
            config.data().resolve("kafka"), config.kafka().port(), maxMessageBytes));
  }

  private static RegistryProcess embeddedRegistry(NodeConfig config, String bootstrapServers) {
    RegistryStorage storage =
        config.registry().durable()
            ? new RegistryStorage.OnKafka(
                bootstrapServers,
                config.topics().names().prefix(),
                new ClusterConnection(bootstrapServers, "none yet", config.kafka().settings())
                    .ofKafka())
            : new RegistryStorage.InMemory();
    return new RegistryProcess(
        new RegistryConfig(
            RegistryDistribution.find(),
            config.data().resolve("registry"),
            config.registry().port(),
            storage));
  }

  private ClusterConnection connection(NodeConfig config, String bootstrapServers) {
    String url = config.registry().url().orElseGet(() -> registry.orElseThrow().url());
    return new ClusterConnection(bootstrapServers, url, config.kafka().settings());
  }

  /** Returns how to reach both, known before they run. */
  ClusterConnection connection() {
    return connection;
  }

  /** Starts the registry's process, then Kafka, and returns when Kafka takes clients. */
  void start() {
    registry.ifPresent(RegistryProcess::launch);
    kafka.ifPresent(EmbeddedKafka::start);
  }

  /** Returns when the registry answers, if it is our own. */
  void awaitRegistry() throws InterruptedException {
    if (registry.isPresent()) {
      registry.get().awaitReady(REGISTRY_PATIENCE);
    }
  }

  /** Returns whether our own registry's process runs; another's is not watched. */
  HealthCheck registryCheck() {
    return HealthCheck.of(
        "registry",
        () -> registry.map(RegistryProcess::running).orElse(true),
        "the schema registry's process has ended; see registry.log in the data folder");
  }
}
