package io.penstock.workers.models;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.schemas.text.Printable;
import io.penstock.workers.kafka.ConsumerLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the models topic from its beginning and passes on the whole registry, first when it has
 * read to the end, then after each change. It runs on the thread of its {@link ConsumerLoop}.
 */
public final class ModelFollower implements ConsumerLoop.Reader {

  private static final Logger LOG = LoggerFactory.getLogger(ModelFollower.class);
  private static final Duration POLL = Duration.ofMinutes(1);

  private final TopicPartition partition;
  private final Deserializer<ModelSpec> deserializer;
  private final java.util.function.Consumer<Map<String, ModelSpec>> listener;
  private final Map<String, ModelSpec> registry = new HashMap<>();
  private long end;

  /**
   * @param topic the models topic
   * @param listener takes the registry by model name, on the loop's thread
   */
  public ModelFollower(
      String topic,
      Deserializer<ModelSpec> deserializer,
      java.util.function.Consumer<Map<String, ModelSpec>> listener) {
    this.partition = new TopicPartition(topic, 0);
    this.deserializer = deserializer;
    this.listener = listener;
  }

  @Override
  public void open(Consumer<String, byte[]> consumer) {
    consumer.assign(List.of(partition));
    rewind(consumer);
  }

  @Override
  public void turn(Consumer<String, byte[]> consumer) {
    try {
      boolean changed = false;
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL).records(partition)) {
        changed |= apply(record);
      }
      if (changed && consumer.position(partition) >= end) {
        listener.accept(Map.copyOf(registry));
      }
    } catch (InvalidOffsetException e) {
      rewind(consumer);
    } catch (WakeupException e) {
      // The loop checks whether to go on.
    }
  }

  private void rewind(Consumer<String, byte[]> consumer) {
    registry.clear();
    consumer.seekToBeginning(List.of(partition));
    end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    if (consumer.position(partition) >= end) {
      listener.accept(Map.of());
    }
  }

  private boolean apply(ConsumerRecord<String, byte[]> record) {
    if (record.key() == null) {
      return false;
    }
    try {
      ModelSpec model = deserializer.deserialize(record.topic(), record.value());
      if (model == null) {
        registry.remove(record.key());
      } else {
        registry.put(record.key(), model);
      }
      return true;
    } catch (RegistryUnavailableException e) {
      // The loop opens again and reads from the beginning.
      throw e;
    } catch (RuntimeException e) {
      LOG.warn(
          "Model {} at offset {} cannot be read; its former entry stays",
          Printable.of(record.key()),
          record.offset(),
          e);
      return false;
    }
  }
}
