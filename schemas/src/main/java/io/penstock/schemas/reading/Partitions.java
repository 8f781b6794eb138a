package io.penstock.schemas.reading;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;

/** The partitions of topics, and whether a consumer has read to their ends. */
public final class Partitions {

  private static final Duration LOOKUP = Duration.ofSeconds(10);

  private Partitions() {}

  /**
   * All partitions of these topics.
   *
   * @throws UnknownTopicOrPartitionException if a topic is missing
   */
  public static List<TopicPartition> of(Consumer<?, ?> consumer, Collection<String> topics) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String topic : topics) {
      List<PartitionInfo> infos = consumer.partitionsFor(topic, LOOKUP);
      if (infos == null || infos.isEmpty()) {
        throw new UnknownTopicOrPartitionException(
            "topic " + topic + " is missing; create the topics first");
      }
      infos.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    return partitions;
  }

  /** Assigns all partitions of a topic to the consumer, to be read from their beginning. */
  public static void assignWhole(Consumer<?, ?> consumer, String topic) {
    List<TopicPartition> partitions = of(consumer, List.of(topic));
    consumer.assign(partitions);
    consumer.seekToBeginning(partitions);
  }

  /**
   * Assigns all partitions of a topic to the consumer. It reads whatever is written after this
   * returns.
   */
  public static void assignFromNowOn(Consumer<?, ?> consumer, String topic) {
    List<TopicPartition> partitions = of(consumer, List.of(topic));
    consumer.assign(partitions);
    skip(consumer, partitions);
  }

  /** Leaves out what these partitions, which are assigned to the consumer, have so far. */
  public static void skip(Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    consumer.seekToEnd(partitions);
    // Seeking is lazy: asking for the position is what does it.
    partitions.forEach(each -> consumer.position(each, LOOKUP));
  }

  /** Where these partitions end now. */
  public static Map<TopicPartition, Long> ends(
      Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    return Map.copyOf(consumer.endOffsets(partitions, LOOKUP));
  }

  /** Returns how far the consumer is in these partitions of its own. */
  public static Map<TopicPartition, Long> positions(
      Consumer<?, ?> consumer, Collection<TopicPartition> partitions) {
    return partitions.stream()
        .collect(Collectors.toMap(each -> each, each -> consumer.position(each, LOOKUP)));
  }

  /**
   * Returns whether the consumer, to which these partitions are assigned, has read to these ends.
   */
  public static boolean reached(Consumer<?, ?> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey(), LOOKUP) >= end.getValue());
  }
}
