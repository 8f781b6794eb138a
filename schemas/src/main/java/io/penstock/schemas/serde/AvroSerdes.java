package io.penstock.schemas.serde;

import io.confluent.kafka.schemaregistry.avro.AvroSchemaProvider;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.schemaregistry.client.SchemaRegistryClientFactory;
import io.confluent.kafka.serializers.KafkaAvroDeserializer;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.util.List;
import java.util.Map;
import org.apache.avro.Schema;
import org.apache.avro.specific.SpecificData;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Serializers and deserializers of our contracts in the Confluent wire format, over one registry
 * client. This object may be shared by threads; each serializer it gives out belongs to one.
 */
public final class AvroSerdes {

  private static final int SCHEMAS_PER_SUBJECT = 100;

  private final SchemaRegistryClient registry;
  private final Map<String, Object> config;

  /**
   * @param registryUrl the registry's base, such as {@code http://127.0.0.1:8081/apis/ccompat/v7},
   *     or {@code mock://NAME} in tests
   */
  public AvroSerdes(String registryUrl) {
    this.config =
        Map.of(
            "schema.registry.url",
            registryUrl,
            "auto.register.schemas",
            true,
            "specific.avro.reader",
            true,
            "avro.use.logical.type.converters",
            true);
    this.registry =
        SchemaRegistryClientFactory.newClient(
            List.of(registryUrl),
            SCHEMAS_PER_SUBJECT,
            List.of(new AvroSchemaProvider()),
            config,
            Map.of());
  }

  public <T extends SpecificRecord> Serde<T> serde(Class<T> type) {
    return Serdes.serdeFrom(serializer(type), deserializer(type));
  }

  @SuppressWarnings("unchecked")
  public <T extends SpecificRecord> Serializer<T> serializer(Class<T> type) {
    return (Serializer<T>) (Serializer<?>) new KafkaAvroSerializer(registry, config);
  }

  /** Reads any compatible version of the type's schema, or of one it is an alias of. */
  public <T extends SpecificRecord> Deserializer<T> deserializer(Class<T> type) {
    Schema schema = SpecificData.get().getSchema(type);
    KafkaAvroDeserializer inner = new KafkaAvroDeserializer(registry, config);
    return (topic, bytes) ->
        bytes == null ? null : type.cast(inner.deserialize(topic, bytes, schema));
  }
}
