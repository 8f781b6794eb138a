package io.penstock.broker.following;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.errors.KafkaUnavailableException;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.reading.Partitions;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads what a topic holds now, for operators who ask seldom. Each call opens a consumer of its own
 * and blocks. Safe for use by many threads.
 */
public final class TopicScan {

  /** A record, where it lies. */
  public record Found<T>(int partition, long offset, T value) {}

  /** Receives records, of each partition in order. */
  public interface Visitor<T> {
    void visit(Found<T> found);
  }

  private static final Logger LOG = LoggerFactory.getLogger(TopicScan.class);
  private static final Duration POLL = Duration.ofMillis(200);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** Each has a connection to every broker, and buffers. */
  static final int READERS = 4;

  private static final Duration TURN = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final Semaphore readers = new Semaphore(READERS, true);
  private final Supplier<Consumer<String, byte[]>> consumers;
  private final AvroSerdes serdes;

  public TopicScan(ClusterConnection connection, AvroSerdes serdes) {
    this(() -> CommittedReads.consumer(connection, new StringDeserializer(), Map.of()), serdes);
  }

  /**
   * Makes one for tests.
   *
   * @param consumers a new consumer for each call
   */
  TopicScan(Supplier<Consumer<String, byte[]>> consumers, AvroSerdes serdes) {
    this.consumers = consumers;
    this.serdes = serdes;
  }

  /**
   * Passes all records of a topic from a time to what is its end now. What cannot be read is passed
   * over.
   *
   * @throws KafkaUnavailableException if the end is not reached within half a minute
   */
  public <T extends SpecificRecord> void read(
      String topic, Class<T> type, Instant from, Visitor<T> visitor) {
    try {
      var _ = readAll(topic, type, from, Patience.of(PATIENCE), visitor);
    } catch (SlowScanException slow) {
      throw new KafkaUnavailableException(slow);
    } catch (KafkaException failed) {
      throw new KafkaUnavailableException(failed);
    }
  }

  /**
   * Does the same for a topic that may hold much.
   *
   * @param patience how long it may take, from when the patience began
   * @return how many records were passed over since they could not be read
   * @throws SlowScanException if the end is not reached within that time
   * @throws KafkaUnavailableException if Kafka does not answer
   */
  public <T extends SpecificRecord> long read(
      String topic, Class<T> type, Instant from, Patience patience, Visitor<T> visitor) {
    try {
      return readAll(topic, type, from, patience, visitor);
    } catch (KafkaException failed) {
      throw new KafkaUnavailableException(failed);
    }
  }

  private <T extends SpecificRecord> long readAll(
      String topic, Class<T> type, Instant from, Patience patience, Visitor<T> visitor) {
    long unreadable = 0;
    try (Place _ = place();
        Consumer<String, byte[]> consumer = consumers.get()) {
      List<TopicPartition> partitions = Partitions.of(consumer, Set.of(topic));
      consumer.assign(partitions);
      seek(consumer, partitions, from);
      Map<TopicPartition, Long> ends = Partitions.ends(consumer, partitions);
      Deserializer<T> values = serdes.deserializer(type);
      while (!Partitions.reached(consumer, ends)) {
        if (patience.isOver()) {
          throw new SlowScanException(
              "%s was not read to the end within %d s"
                  .formatted(topic, patience.whole().toSeconds()));
        }
        for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
          Optional<T> value = decoded(values, each);
          value.ifPresent(
              found -> visitor.visit(new Found<>(each.partition(), each.offset(), found)));
          if (value.isEmpty() && each.value() != null) {
            unreadable++;
          }
        }
      }
    }
    return unreadable;
  }

  /**
   * The record at this place; empty if there is none any more, or it cannot be read.
   *
   * @throws KafkaUnavailableException if it is not read within half a minute
   */
  public <T extends SpecificRecord> Optional<T> at(
      String topic, Class<T> type, int partition, long offset) {
    try {
      return readAt(topic, type, partition, offset);
    } catch (KafkaException failed) {
      throw new KafkaUnavailableException(failed);
    }
  }

  private <T extends SpecificRecord> Optional<T> readAt(
      String topic, Class<T> type, int partition, long offset) {
    TopicPartition one = new TopicPartition(topic, partition);
    try (Place _ = place();
        Consumer<String, byte[]> consumer = consumers.get()) {
      if (!Partitions.of(consumer, Set.of(topic)).contains(one)) {
        return Optional.empty();
      }
      List<TopicPartition> only = List.of(one);
      consumer.assign(only);
      long end = Partitions.ends(consumer, only).get(one);
      consumer.seekToBeginning(only);
      if (offset < consumer.position(one) || offset >= end) {
        return Optional.empty();
      }
      consumer.seek(one, offset);
      long until = System.nanoTime() + PATIENCE.toNanos();
      while (consumer.position(one) <= offset) {
        if (System.nanoTime() - until > 0) {
          throw new TimeoutException("%s was not read at offset %d".formatted(one, offset));
        }
        for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
          return each.offset() == offset
              ? decoded(serdes.deserializer(type), each)
              : Optional.empty();
        }
      }
      return Optional.empty();
    }
  }

  /** One of those who read at the same time. */
  private interface Place extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Waits until one more may read.
   *
   * @throws ApiException with 503 if too many others read
   */
  private Place place() {
    try {
      if (readers.tryAcquire(TURN.toMillis(), TimeUnit.MILLISECONDS)) {
        return readers::release;
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    throw new ApiException(
        ApiError.unavailable("Too many other calls read the log; try again in a moment.", PAUSE));
  }

  private static void seek(
      Consumer<String, byte[]> consumer, List<TopicPartition> partitions, Instant from) {
    Map<TopicPartition, Long> times = new HashMap<>();
    // Kafka takes times before 1970 for something else.
    long time = Math.max(0, from.toEpochMilli());
    partitions.forEach(each -> times.put(each, time));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
    for (TopicPartition each : partitions) {
      OffsetAndTimestamp first = found.get(each);
      if (first == null) {
        consumer.seekToEnd(List.of(each));
      } else {
        consumer.seek(each, first.offset());
      }
    }
  }

  private static <T> Optional<T> decoded(
      Deserializer<T> values, ConsumerRecord<String, byte[]> found) {
    if (found.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(values.deserialize(found.topic(), found.value()));
    } catch (SerializationException unreadable) {
      LOG.debug(
          "Passing over {}-{} at offset {}: it cannot be read",
          found.topic(),
          found.partition(),
          found.offset());
      return Optional.empty();
    }
  }
}
