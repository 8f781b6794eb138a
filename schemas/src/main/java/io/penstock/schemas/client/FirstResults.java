package io.penstock.schemas.client;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.topics.HomePartitions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Finds the one result of a request that was repeated. It lies on the results topic, in its home
 * partition, near the time at which the repetition says that it ended; only that stretch is read.
 * Each look-up has a consumer of its own. This class is thread-safe.
 */
final class FirstResults {

  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** How far the clock that ended the request may be from the log's. */
  private static final Duration SKEW = Duration.ofMinutes(10);

  /** Two records of one end say the same time, one of them in milliseconds. */
  private static final Duration SAME_END = Duration.ofSeconds(1);

  private final String topic;
  private final Supplier<? extends Consumer<String, byte[]>> consumers;
  private final Deserializer<InferenceResult> results;
  private final Clock clock;

  /**
   * @param topic the results topic, whatever reply topic the client reads
   */
  FirstResults(
      String topic,
      Supplier<? extends Consumer<String, byte[]>> consumers,
      Deserializer<InferenceResult> results,
      Clock clock) {
    this.topic = topic;
    this.consumers = consumers;
    this.results = results;
    this.clock = clock;
  }

  /**
   * The result that this record repeats, or empty if the log keeps it no longer.
   *
   * @throws org.apache.kafka.common.KafkaException if Kafka or the registry does not answer
   */
  Optional<InferenceResult> find(InferenceResult repetition) {
    try (Consumer<String, byte[]> consumer = consumers.get()) {
      int count = consumer.partitionsFor(topic, PATIENCE).size();
      for (int partition : likeliestFirst(repetition, count)) {
        Optional<InferenceResult> found =
            find(consumer, new TopicPartition(topic, partition), repetition);
        if (found.isPresent()) {
          return found;
        }
      }
      return Optional.empty();
    }
  }

  /** The repetition's home; then the others, since the first request may have had another one. */
  private static List<Integer> likeliestFirst(InferenceResult repetition, int count) {
    int home = HomePartitions.of(repetition.getReplyKey(), repetition.getId(), count);
    return IntStream.range(0, count).map(i -> (home + i) % count).boxed().toList();
  }

  private Optional<InferenceResult> find(
      Consumer<String, byte[]> consumer, TopicPartition partition, InferenceResult repetition) {
    List<TopicPartition> one = List.of(partition);
    consumer.assign(one);
    long end = consumer.endOffsets(one, PATIENCE).get(partition);
    Instant from = repetition.getFinishedAt().minus(SKEW);
    OffsetAndTimestamp start =
        consumer.offsetsForTimes(Map.of(partition, from.toEpochMilli()), PATIENCE).get(partition);
    if (start == null) {
      return Optional.empty();
    }
    consumer.seek(partition, start.offset());
    return read(consumer, partition, end, repetition);
  }

  private Optional<InferenceResult> read(
      Consumer<String, byte[]> consumer,
      TopicPartition partition,
      long end,
      InferenceResult repetition) {
    long latest = repetition.getFinishedAt().plus(SKEW).toEpochMilli();
    Instant giveUp = clock.instant().plus(PATIENCE);
    while (consumer.position(partition, PATIENCE) < end) {
      if (clock.instant().isAfter(giveUp)) {
        throw new TimeoutException(
            "Kafka did not deliver all records of %s within %d s"
                .formatted(topic, PATIENCE.toSeconds()));
      }
      for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
        if (each.timestamp() > latest) {
          return Optional.empty();
        }
        Optional<InferenceResult> found = decode(each, repetition);
        if (found.isPresent()) {
          return found;
        }
      }
    }
    return Optional.empty();
  }

  /**
   * Returns whether it is the result told of: a refusal that left the id free may stand before it.
   */
  private static boolean isTold(InferenceResult result, InferenceResult repetition) {
    Duration apart = Duration.between(result.getFinishedAt(), repetition.getFinishedAt()).abs();
    return result.getStatus() == repetition.getStatus() && apart.compareTo(SAME_END) <= 0;
  }

  private Optional<InferenceResult> decode(
      ConsumerRecord<String, byte[]> each, InferenceResult repetition) {
    if (!repetition.getId().equals(each.key()) || each.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(results.deserialize(topic, each.value()))
          .filter(result -> result.getRepetition().isEmpty())
          .filter(result -> result.getTenant().equals(repetition.getTenant()))
          .filter(result -> isTold(result, repetition));
    } catch (MalformedRecordException malformed) {
      return Optional.empty();
    }
  }
}
