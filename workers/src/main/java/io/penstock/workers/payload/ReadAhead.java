package io.penstock.workers.payload;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Records that came along with those asked for, oldest out first. For one thread. */
final class ReadAhead {

  /** The record, its key, its headers and its place here, without their bytes. */
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

  /** Takes the record out, or null if it is not here. */
  @Nullable ConsumerRecord<String, byte[]> take(TopicPartition partition, long offset) {
    ConsumerRecord<String, byte[]> record = records.remove(new Place(partition, offset));
    if (record != null) {
      bytes -= size(record);
    }
    return record;
  }

  /** What a record weighs on the heap, as a histogram of it tells; its value may be missing. */
  private static long size(ConsumerRecord<String, byte[]> record) {
    return RECORD_BYTES
        + Math.max(0, record.serializedKeySize())
        + Math.max(0, record.serializedValueSize());
  }
}
