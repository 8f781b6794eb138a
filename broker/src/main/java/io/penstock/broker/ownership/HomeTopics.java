package io.penstock.broker.ownership;

import io.penstock.schemas.cluster.ClusterConnection;
import io.penstock.schemas.topics.TopicSettings;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicPartition;

/**
 * Where homes are.
 *
 * @param connection how clients connect
 * @param topics the topics' layout
 */
public record HomeTopics(ClusterConnection connection, TopicSettings topics) {

  /** The group of the front's instances. */
  public String group() {
    return topics.names().front();
  }

  /** The transactional id of whoever owns a partition. */
  String transactionalId(int partition) {
    return topics.names().front() + "." + partition;
  }

  public int count() {
    return topics.otherPartitions();
  }

  TopicPartition results(int partition) {
    return new TopicPartition(topics.names().results(), partition);
  }

  TopicPartition lifecycle(int partition) {
    return new TopicPartition(topics.names().lifecycle(), partition);
  }

  TopicPartition chunks(int partition) {
    return new TopicPartition(topics.names().chunks(), partition);
  }

  TopicPartition front(int partition) {
    return new TopicPartition(topics.names().front(), partition);
  }

  /** All that lies at a home and is read as it comes. */
  Stream<TopicPartition> read(int partition) {
    return Stream.of(results(partition), lifecycle(partition), chunks(partition));
  }
}
