package io.penstock.workers.payload;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/** The result of reading one record. */
public sealed interface RecordRead {

  record Found(ConsumerRecord<String, byte[]> record) implements RecordRead {}

  /** The record does not exist any more, or was never committed. */
  record Gone(String why) implements RecordRead {}

  /** The record could not be read now; a later attempt may succeed. */
  record Unavailable(String why) implements RecordRead {}
}
