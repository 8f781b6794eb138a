package io.penstock.compose.registry;

/** The place where the registry keeps the schemas. */
public sealed interface RegistryStorage {

  /** In its memory: gone when it stops. */
  record InMemory() implements RegistryStorage {}

  /**
   * In topics of its own on Kafka, which it makes and reads again at each start.
   *
   * @param bootstrapServers Kafka's {@code host:port} list
   * @param topicPrefix what the topics' names begin with
   */
  record OnKafka(String bootstrapServers, String topicPrefix) implements RegistryStorage {}
}
