package io.penstock.schemas.models;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.serde.MalformedRecordException;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the models topic from its beginning to the end it has at that moment. */
final class ModelLog {

  private static final Logger LOG = LoggerFactory.getLogger(ModelLog.class);
  private static final Duration POLL = Duration.ofMillis(200);

  private final TopicPartition partition;
  private final Deserializer<ModelSpec> values;

  ModelLog(String topic, Deserializer<ModelSpec> values) {
    this.partition = new TopicPartition(topic, 0);
    this.values = values;
  }

  /**
   * @param consumer reads committed records only, from the earliest; stays the caller's
   * @throws TimeoutException if the end is not reached in time
   */
  ModelCatalog read(Consumer<String, byte[]> consumer, Duration timeout) {
    long until = System.nanoTime() + timeout.toNanos();
    consumer.assign(List.of(partition));
    consumer.seekToBeginning(List.of(partition));
    long end = consumer.endOffsets(List.of(partition), timeout).getOrDefault(partition, 0L);
    ModelCatalog catalog = ModelCatalog.EMPTY;
    while (consumer.position(partition, timeout) < end) {
      if (System.nanoTime() >= until) {
        throw new TimeoutException(
            "%s was not read to its end within %s".formatted(partition.topic(), timeout));
      }
      for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
        catalog = next(catalog, each);
      }
    }
    return catalog;
  }

  private ModelCatalog next(ModelCatalog catalog, ConsumerRecord<String, byte[]> each) {
    if (each.key() == null) {
      LOG.warn("Ignoring a record of {} without a key at offset {}", partition, each.offset());
      return catalog;
    }
    if (each.value() == null) {
      return catalog.without(each.key());
    }
    try {
      return catalog.with(values.deserialize(partition.topic(), each.value()));
    } catch (MalformedRecordException malformed) {
      LOG.warn(
          "Ignoring an unreadable record of {} at offset {}: {}",
          partition,
          each.offset(),
          malformed.getMessage());
      return catalog;
    }
  }
}
