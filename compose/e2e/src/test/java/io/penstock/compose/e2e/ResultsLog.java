package io.penstock.compose.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.reading.Partitions;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Reads a whole topic from its beginning, committed records only, as somebody does who counts.
 *
 * @param <T> what the topic holds
 */
public final class ResultsLog<T> implements AutoCloseable {

  private static final Duration POLL = Duration.ofMillis(100);

  private final Consumer<String, byte[]> consumer;
  private final Deserializer<T> values;
  private final String topic;
  private final Map<String, List<T>> byKey = new HashMap<>();
  private final Map<String, List<InferenceResult>> repetitions = new HashMap<>();

  ResultsLog(ClusterConnection connection, String topic, Deserializer<T> values) {
    this.topic = topic;
    this.values = values;
    this.consumer = CommittedReads.consumer(connection, new StringDeserializer(), Map.of());
    Partitions.assignWhole(consumer, topic);
  }

  public static <T extends SpecificRecord> ResultsLog<T> of(
      ClusterConnection connection, String topic, Class<T> type) {
    return new ResultsLog<>(connection, topic, new AvroSerdes(connection).deserializer(type));
  }

  public static ResultsLog<InferenceResult> of(ClusterConnection connection, String topic) {
    return of(connection, topic, InferenceResult.class);
  }

  /** Reads until each of these keys has a record, and then on for a while to see more. */
  Map<String, List<T>> await(Collection<String> keys, Duration patience) {
    awaitSoon(keys, patience);
    long quiet = System.nanoTime() + Duration.ofSeconds(1).toNanos();
    while (System.nanoTime() < quiet) {
      read();
    }
    Map<String, List<T>> wanted = new HashMap<>(byKey);
    wanted.keySet().retainAll(keys);
    return wanted;
  }

  /** Returns as soon as each of these keys has a record. */
  public void awaitSoon(Collection<String> keys, Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    while (!byKey.keySet().containsAll(keys)) {
      assertThat(System.nanoTime())
          .as(
              "%s: %d of %d keys after %s",
              topic, keys.stream().filter(byKey::containsKey).count(), keys.size(), patience)
          .isLessThan(until);
      read();
    }
  }

  /** The one record of a key; fails if there are several. */
  T awaitOne(String key, Duration patience) {
    List<T> records = await(List.of(key), patience).get(key);
    assertThat(records).as("records with key %s on %s", key, topic).hasSize(1);
    return records.getFirst();
  }

  /** Reads until a key has this many records. */
  void awaitCount(String key, int count, Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    while (byKey.getOrDefault(key, List.of()).size() < count) {
      assertThat(System.nanoTime()).as("%d records of %s", count, key).isLessThan(until);
      read();
    }
  }

  /** The next record that answers a repetition of this id; those count as no results. */
  InferenceResult awaitRepetition(String key, Duration patience) {
    long until = System.nanoTime() + patience.toNanos();
    while (!repetitions.containsKey(key)) {
      assertThat(System.nanoTime()).as("repetition of %s on %s", key, topic).isLessThan(until);
      read();
    }
    return repetitions.remove(key).getLast();
  }

  /**
   * Everything that lies on the topic now, by its key; what answers a repetition is left out.
   *
   * @param patience how long reading it may take
   */
  public Map<String, List<T>> all(Duration patience) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(consumer.assignment());
    long until = System.nanoTime() + patience.toNanos();
    while (ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue())) {
      assertThat(System.nanoTime()).as("reading %s to its end", topic).isLessThan(until);
      read();
    }
    return Map.copyOf(byKey);
  }

  int count() {
    return byKey.values().stream().mapToInt(List::size).sum();
  }

  private void read() {
    for (ConsumerRecord<String, byte[]> found : consumer.poll(POLL)) {
      T value = values.deserialize(topic, found.value());
      String key = String.valueOf(found.key());
      if (value instanceof InferenceResult result && result.getRepetition().isPresent()) {
        repetitions.computeIfAbsent(key, any -> new ArrayList<>()).add(result);
      } else {
        byKey.computeIfAbsent(key, any -> new ArrayList<>()).add(value);
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
