package io.penstock.streams.runtime;

import io.penstock.schemas.reading.FollowedTopic;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.processor.TimestampExtractor;
import org.apache.kafka.streams.processor.api.Processor;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.processor.api.Record;
import org.apache.kafka.streams.processor.api.RecordMetadata;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.Stores;

/**
 * A compacted topic that every instance of a job reads in full: to its end before the first record
 * of the job, then as it grows. Runs on the instance's global thread, which cannot be replaced, so
 * that the topic's deserializer has to wait for the registry as long as it takes, and nothing else
 * may fail.
 */
public final class GlobalTable {

  private GlobalTable() {}

  /** Adds it to a topology as a global store. */
  public static void add(FollowedTopic<?> followed, Topology topology, TimestampExtractor time) {
    String store = "followed-" + followed.topic();
    topology.addGlobalStore(
        Stores.keyValueStoreBuilder(
                Stores.inMemoryKeyValueStore(store), Serdes.Bytes(), Serdes.ByteArray())
            .withLoggingDisabled(),
        store + "-source",
        time,
        new ByteArrayDeserializer(),
        new ByteArrayDeserializer(),
        followed.topic(),
        store + "-view",
        () -> new Following(store, followed));
  }

  private static final class Following implements Processor<byte[], byte[], Void, Void> {

    private final String storeName;
    private final FollowedTopic<?> followed;
    private ProcessorContext<Void, Void> context;
    private KeyValueStore<Bytes, byte[]> store;

    Following(String storeName, FollowedTopic<?> followed) {
      this.storeName = storeName;
      this.followed = followed;
    }

    @Override
    public void init(ProcessorContext<Void, Void> context) {
      this.context = context;
      store = context.getStateStore(storeName);
    }

    @Override
    public void process(Record<byte[], byte[]> record) {
      byte[] key = record.key();
      if (key != null) {
        store.put(Bytes.wrap(key), record.value());
      }
      Optional<RecordMetadata> place = context.recordMetadata();
      followed.pass(
          place.map(RecordMetadata::partition).orElse(-1),
          place.map(RecordMetadata::offset).orElse(-1L),
          key == null ? null : new String(key, StandardCharsets.UTF_8),
          record.value());
    }
  }
}
