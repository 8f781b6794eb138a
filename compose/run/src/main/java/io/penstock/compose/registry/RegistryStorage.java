package io.penstock.compose.registry;

import java.util.Map;

/** The place where the registry keeps the schemas. */
public sealed interface RegistryStorage {

  /** In its memory: gone when it stops. */
  record InMemory() implements RegistryStorage {}

  /**
   * In topics of its own on Kafka, which it makes and reads again at each start.
   *
   * @param bootstrapServers Kafka's {@code host:port} list
   * @param topicPrefix what the topics' names begin with
   * @param settings further settings of its Kafka clients, such as security
   */
  record OnKafka(String bootstrapServers, String topicPrefix, Map<String, String> settings)
      implements RegistryStorage {

    public OnKafka {
      settings = Map.copyOf(settings);
    }

    /** A Kafka that asks for nothing. */
    public OnKafka(String bootstrapServers, String topicPrefix) {
      this(bootstrapServers, topicPrefix, Map.of());
    }

    /** Names the settings only: values may be passwords. */
    @Override
    public String toString() {
      return "OnKafka[%s, prefix %s, settings %s]"
          .formatted(bootstrapServers, topicPrefix, settings.keySet());
    }
  }
}
