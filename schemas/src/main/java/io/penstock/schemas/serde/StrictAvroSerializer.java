package io.penstock.schemas.serde;

import io.confluent.kafka.schemaregistry.client.SchemaRegistryClient;
import io.confluent.kafka.serializers.KafkaAvroSerializer;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Confluent's serializer, which says exactly what went wrong. */
final class StrictAvroSerializer<T extends SpecificRecord> implements Serializer<T> {

  private final KafkaAvroSerializer confluent;

  StrictAvroSerializer(SchemaRegistryClient registry, Map<String, ?> settings) {
    this.confluent = new KafkaAvroSerializer(registry, settings);
  }

  @Override
  public byte @Nullable [] serialize(String topic, @Nullable T value) {
    if (value == null) {
      return null;
    }
    try {
      return confluent.serialize(topic, value);
    } catch (RuntimeException failed) {
      throw RegistryFailures.whileWriting(topic, failed);
    }
  }
}
