package io.penstock.broker.ownership;

import io.penstock.broker.requests.KnownRequest.ResultPlace;
import io.penstock.broker.requests.StoredResults;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/** Reads results again, each at its place in the log. Safe for use by many threads. */
public final class ResultBodies implements StoredResults, AutoCloseable {

  private static final int READERS = 4;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(200);

  private final HomeTopics homes;
  private final Deserializer<InferenceResult> results;
  private final BlockingQueue<Optional<Consumer<String, byte[]>>> readers =
      new ArrayBlockingQueue<>(READERS);

  public ResultBodies(HomeTopics homes, AvroSerdes serdes) {
    this.homes = homes;
    this.results = serdes.deserializer(InferenceResult.class);
    for (int each = 0; each < READERS; each++) {
      readers.add(Optional.empty());
    }
  }

  /**
   * The result at a place; empty if Kafka has deleted it. Blocks.
   *
   * @throws KafkaException if Kafka does not answer in time
   */
  @Override
  public Optional<InferenceResult> read(ResultPlace place) throws InterruptedException {
    Optional<Consumer<String, byte[]>> slot = readers.take();
    boolean kept = false;
    Consumer<String, byte[]> consumer = slot.orElseGet(this::consumer);
    try {
      Optional<InferenceResult> found = read(consumer, place);
      kept = true;
      return found;
    } finally {
      if (!kept) {
        consumer.close();
      }
      readers.add(kept ? Optional.of(consumer) : Optional.empty());
    }
  }

  private Optional<InferenceResult> read(Consumer<String, byte[]> consumer, ResultPlace place) {
    TopicPartition partition = homes.results(place.partition());
    consumer.assign(List.of(partition));
    consumer.seek(partition, place.offset());
    long until = System.nanoTime() + PATIENCE.toNanos();
    try {
      while (System.nanoTime() - until < 0) {
        for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
          return each.offset() == place.offset() && each.value() != null
              ? Optional.of(results.deserialize(each.topic(), each.value()))
              : Optional.empty();
        }
      }
    } catch (InvalidOffsetException deleted) {
      return Optional.empty();
    }
    throw new org.apache.kafka.common.errors.TimeoutException(
        "the result at %s was not read within %s".formatted(place, PATIENCE));
  }

  private Consumer<String, byte[]> consumer() {
    return CommittedReads.consumer(
        homes.connection(),
        "penstock-front-results",
        new StringDeserializer(),
        Map.of("auto.offset.reset", "none", "max.poll.records", 1));
  }

  @Override
  public void close() {
    readers.forEach(each -> each.ifPresent(Consumer::close));
  }
}
