package io.penstock.schemas.reading;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * Reads compacted topics with a consumer of the caller's: whole, and then what comes. It keeps
 * positions and no records. Only the thread that owns the consumer uses it; {@link TopicFollower}
 * does the same on a thread of its own.
 */
public final class TableReader {

  private static final Duration POLL = Duration.ofMillis(100);

  private final Map<String, FollowedTopic<?>> topics = new LinkedHashMap<>();
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private Map<TopicPartition, Long> ends = Map.of();

  /**
   * @param topics each of another name
   */
  public TableReader(List<FollowedTopic<?>> topics) {
    for (FollowedTopic<?> each : topics) {
      if (this.topics.put(each.topic(), each) != null) {
        throw new IllegalArgumentException("topic " + each.topic() + " is followed twice");
      }
    }
  }

  /** The partitions of all topics, for the consumer to be assigned. */
  public List<TopicPartition> partitions(Consumer<String, byte[]> consumer) {
    return Partitions.of(consumer, topics.keySet());
  }

  /** Goes to the beginning of these assigned partitions, and takes what they hold now as whole. */
  public void rewind(Consumer<String, byte[]> consumer, Collection<TopicPartition> partitions) {
    positions.clear();
    consumer.seekToBeginning(partitions);
    ends = Partitions.ends(consumer, partitions);
    positions.putAll(Partitions.positions(consumer, partitions));
  }

  /** Returns whether there is a place from which reading can go on with another consumer. */
  boolean hasBegun() {
    return !positions.isEmpty();
  }

  /** Goes on where the consumer before stood. */
  void resume(Consumer<String, byte[]> consumer) {
    positions.forEach(consumer::seek);
  }

  /** The next reading has to begin anew. */
  void forget() {
    positions.clear();
  }

  /** Returns whether all that the topics held at the last {@link #rewind} was read. */
  public boolean caughtUp(Consumer<String, byte[]> consumer) {
    if (!ends.isEmpty() && Partitions.reached(consumer, ends)) {
      ends = Map.of();
    }
    return ends.isEmpty();
  }

  /**
   * Reads on to what is the end now.
   *
   * @throws TimeoutException if that is not reached in time
   */
  public void readToEnd(
      Consumer<String, byte[]> consumer, Collection<TopicPartition> partitions, Duration patience) {
    ends = Partitions.ends(consumer, partitions);
    long until = System.nanoTime() + patience.toNanos();
    while (!caughtUp(consumer)) {
      if (System.nanoTime() - until > 0) {
        throw new TimeoutException(
            "Kafka did not deliver all records of %s within %d s; is it reachable?"
                .formatted(topics.keySet(), patience.toSeconds()));
      }
      turn(consumer, POLL);
    }
  }

  /**
   * Polls once, and passes what came.
   *
   * @return whether anything came
   */
  public boolean turn(Consumer<String, byte[]> consumer, Duration wait) {
    boolean any = false;
    for (ConsumerRecord<String, byte[]> each : consumer.poll(wait)) {
      any |= pass(each);
    }
    return any;
  }

  /**
   * Passes a record on, if it is of one of the topics.
   *
   * @return whether it is
   */
  public boolean pass(ConsumerRecord<String, byte[]> record) {
    @Nullable FollowedTopic<?> topic = topics.get(record.topic());
    if (topic == null) {
      return false;
    }
    topic.pass(record.partition(), record.offset(), record.key(), record.value());
    positions.put(new TopicPartition(record.topic(), record.partition()), record.offset() + 1);
    return true;
  }
}
