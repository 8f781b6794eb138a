package io.penstock.streams.delivery;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/** Reads single results of the log again. */
final class ResultReader implements AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration POLL = Duration.ofMillis(100);

  private final Consumer<byte[], byte[]> consumer;

  /**
   * @param consumer in no group, without a rule for offsets that are gone; becomes this reader's
   *     own
   */
  ResultReader(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  /** The record at an offset; empty if the log no longer has it. */
  Optional<ConsumerRecord<byte[], byte[]>> at(TopicPartition partition, long offset) {
    consumer.assign(List.of(partition));
    if (consumer.beginningOffsets(List.of(partition), PATIENCE).get(partition) > offset) {
      return Optional.empty();
    }
    consumer.seek(partition, offset);
    long until = System.nanoTime() + PATIENCE.toNanos();
    while (System.nanoTime() < until) {
      for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
        return record.offset() == offset ? Optional.of(record) : Optional.empty();
      }
    }
    throw new TimeoutException("the result at %s@%d was not read".formatted(partition, offset));
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(Duration.ofSeconds(2)));
  }
}
