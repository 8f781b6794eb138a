package io.penstock.streams.runtime;

import io.penstock.schemas.errors.FatalErrors;
import java.nio.charset.StandardCharsets;
import java.util.function.BiConsumer;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;
import org.jspecify.annotations.Nullable;

/**
 * A compacted topic that every instance of a job reads in full: to its end before the first record
 * of the job, then as it grows. Runs on the instance's global thread, which cannot be replaced, so
 * that the caller's deserializer has to wait for the registry as long as it takes, and nothing else
 * may fail.
 *
 * @param <T> the topic's values
 * @param topic its name
 * @param deserializer of its values; a {@link RetriableException} of it is passed on
 * @param follower told the key and the value, null for a removal; on one thread
 * @param ignored told the key and the reason for a record that cannot be read
 */
public record FollowedTopic<T extends SpecificRecord>(
    String topic,
    Deserializer<T> deserializer,
    BiConsumer<String, @Nullable T> follower,
    BiConsumer<String, String> ignored) {

  /** Adds it to a topology as a global store. */
  public void addTo(Topology topology, TimestampExtractor time) {
    String store = "followed-" + topic;
    topology.addGlobalStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(store), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled(),
        store + "-source",
        time,
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        topic,
        store + "-view",
        () -> new Following(store));
  }

  private final class Following implements Processor<byte[], byte[], Void, Void> {

    private final String storeName;
    private KeyValueStore<Bytes, byte[]> store;

    Following(String storeName) {
      this.storeName = storeName;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      store = context.getStateStore(storeName);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      if (record.key() == null) {
        ignored.accept("(none)", "its record has no key");
        return;
      }
      store.put(Bytes.wrap(record.key()), record.value());
      String key = new String(record.key(), StandardCharsets.UTF_8);
      try {
        follower.accept(
            key, record.value() == null ? null : deserializer.deserialize(topic, record.value()));
      } catch (RetriableException e) {
        throw e;
      } catch (RuntimeException | Error e) {
        FatalErrors.throwIfFatal(e);
        ignored.accept(key, e.getMessage() == null ? e.toString() : e.getMessage());
      }
    }
  }
}
