package io.penstock.workers.payload;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Keeps records that were fetched with those asked for, and drops the oldest first. One thread uses
 * it.
 */
final class ReadAhead {

  /** The heap that a record takes besides the bytes of its key and value. */
  private static final long RECORD_BYTES = 350;

  private record Place(TopicPartition partition, long offset) {}

  private final long maxBytes;
  private final LinkedHashMap<Place, ConsumerRecord<String, byte[]>> records =
      new LinkedHashMap<>();
  private long bytes;

  ReadAhead(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  void keep(TopicPartition partition, ConsumerRecord<String, byte[]> record) {
    if (records.put(new Place(partition, record.offset()), record) == null) {
      bytes += size(record);
    }
    while (bytes > maxBytes) {
      Map.Entry<Place, ConsumerRecord<String, byte[]>> oldest = records.pollFirstEntry();
      bytes -= size(oldest.getValue());
    }
  }

  /** Takes the record out; returns null if it is not here. */
  @Nullable ConsumerRecord<String, byte[]> take(TopicPartition partition, long offset) {
    ConsumerRecord<String, byte[]> record = records.remove(new Place(partition, offset));
    if (record != null) {
      bytes -= size(record);
    }
    return record;
  }

  /** The heap that a record takes, measured with a class histogram. The value may be missing. */
  private static long size(ConsumerRecord<String, byte[]> record) {
    return RECORD_BYTES
        + Math.max(0, record.serializedKeySize())
        + Math.max(0, record.serializedValueSize());
  }
}
