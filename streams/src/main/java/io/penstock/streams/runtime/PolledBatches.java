package io.penstock.streams.runtime;

import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.streams.KafkaClientSupplier;

/**
 * Kafka's usual clients, with a count of the records that each stream thread has polled and not yet
 * processed. A transaction costs as much for one record as for a hundred: committing as soon as
 * nothing waits keeps a lone record quick, and while more waits the batch grows by itself.
 *
 * <p>A poll that came back full is not an end, since more is likely there. Records that a task
 * drops or gives up with its partition are never processed; a count that such records have left too
 * high leaves commits to the interval until {@link #forget} is called.
 */
public final class PolledBatches implements KafkaClientSupplier, BatchEnd {

  /** Of one stream thread, and used by no other. */
  private static final class Count {
    private int outstanding;
    private boolean full;
  }

  private final ThreadLocal<Count> counts = ThreadLocal.withInitial(Count::new);

  @Override
  public boolean reached() {
    Count count = counts.get();
    count.outstanding = Math.max(0, count.outstanding - 1);
    return count.outstanding == 0 && !count.full;
  }

  /** Counts what this thread has polled, of the most it could have. */
  void polled(int records, int most) {
    Count count = counts.get();
    count.outstanding += records;
    count.full = records >= most;
  }

  @Override
  public void forget() {
    counts.get().outstanding = 0;
  }

  @Override
  public Admin getAdmin(Map<String, Object> config) {
    return Admin.create(config);
  }

  @Override
  public Producer<byte[], byte[]> getProducer(Map<String, Object> config) {
    return new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @Override
  public Consumer<byte[], byte[]> getConsumer(Map<String, Object> config) {
    return new CountingConsumer(config);
  }

  @Override
  public Consumer<byte[], byte[]> getRestoreConsumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  @Override
  public Consumer<byte[], byte[]> getGlobalConsumer(Map<String, Object> config) {
    return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** Counts what the stream thread gets. */
  private final class CountingConsumer extends KafkaConsumer<byte[], byte[]> {

    private final int most;

    CountingConsumer(Map<String, Object> config) {
      super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
      Object given = config.get(ConsumerConfig.MAX_POLL_RECORDS_CONFIG);
      most =
          given == null
              ? ConsumerConfig.DEFAULT_MAX_POLL_RECORDS
              : Integer.parseInt(given.toString());
    }

    @Override
    public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
      ConsumerRecords<byte[], byte[]> records = super.poll(timeout);
      polled(records.count(), most);
      return records;
    }
  }
}
