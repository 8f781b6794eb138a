package io.penstock.broker.ownership;

import io.penstock.broker.errors.KafkaUnavailableException;
import io.penstock.broker.requests.KnownRequest.ResultPlace;
import io.penstock.broker.requests.StoredResults;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;

/** Reads results again, each at its place in the log. Safe for use by many threads. */
public final class ResultBodies implements StoredResults, AutoCloseable {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration POLL = Duration.ofMillis(200);

  private final HomeTopics homes;
  private final Deserializer<InferenceResult> results;
  private final Readers readers;

  public ResultBodies(HomeTopics homes, AvroSerdes serdes) {
    this.homes = homes;
    this.results = serdes.deserializer(InferenceResult.class);
    this.readers = new Readers(homes, "penstock-front-results", 1);
  }

  /**
   * The result at a place; empty if Kafka has deleted it. Blocks.
   *
   * @throws KafkaUnavailableException if Kafka does not answer in time
   */
  @Override
  public Optional<InferenceResult> read(ResultPlace place) throws InterruptedException {
    return readers.read(consumer -> read(consumer, place));
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
    throw new TimeoutException(
        "the result at %s was not read within %s".formatted(place, PATIENCE));
  }

  @Override
  public void close() {
    readers.close();
  }
}
