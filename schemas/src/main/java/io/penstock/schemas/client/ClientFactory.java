package io.penstock.schemas.client;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.serde.AvroSerdes;
import io.penstock.schemas.topics.TopicCatalog;
import io.penstock.schemas.topics.TopicSpec;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/** The Kafka clients that a Penstock client works with. */
final class ClientFactory {

  private static final int LEAST_BUFFER_BYTES = 32 * 1024 * 1024;

  private ClientFactory() {}

  static Producer<String, SpecificRecord> producer(PenstockClientConfig config, AvroSerdes serdes) {
    int largest =
        new TopicCatalog(config.topics())
            .topic(config.topics().names().requests(ServiceClass.BATCH))
            .map(TopicSpec::maxMessageBytes)
            .orElseThrow();
    return new KafkaProducer<>(
        config
            .connection()
            .with(
                Map.of(
                    "acks",
                    "all",
                    "enable.idempotence",
                    true,
                    "linger.ms",
                    0,
                    "max.block.ms",
                    10_000,
                    "request.timeout.ms",
                    10_000,
                    "delivery.timeout.ms",
                    30_000,
                    "max.request.size",
                    largest,
                    "buffer.memory",
                    Math.max(LEAST_BUFFER_BYTES, 2L * largest))),
        new StringSerializer(),
        serdes.serializer(SpecificRecord.class));
  }

  static Consumer<String, byte[]> consumer(PenstockClientConfig config) {
    return CommittedReads.consumer(
        config.connection(), new StringDeserializer(), Map.of("auto.offset.reset", "latest"));
  }
}
