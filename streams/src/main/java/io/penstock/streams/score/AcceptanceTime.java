package io.penstock.streams.score;

import java.time.InstantSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.streams.processor.TimestampExtractor;

/**
 * When the log accepted a record: its timestamp, or now where a client left none (Kafka's own
 * extractor would stop the thread) or set one in the future (which would move stream time ahead).
 */
final class AcceptanceTime implements TimestampExtractor {

  private final InstantSource clock;

  AcceptanceTime(InstantSource clock) {
    this.clock = clock;
  }

  @Override
  public long extract(ConsumerRecord<Object, Object> record, long partitionTime) {
    long now = clock.millis();
    return record.timestamp() < 0 ? now : Math.min(record.timestamp(), now);
  }
}
