package io.penstock.compose.cli;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;

/** Reads with one consumer in no group, which must be set to read_committed. */
final class KafkaTopicLog implements TopicLog {

  private static final Duration POLL = Duration.ofMillis(200);

  private final Consumer<byte[], byte[]> consumer;

  KafkaTopicLog(Consumer<byte[], byte[]> consumer) {
    this.consumer = consumer;
  }

  @Override
  public void read(String topic, Start start, Visitor visitor) {
    read(assign(topic, start), visitor);
  }

  private void read(List<TopicPartition> partitions, Visitor visitor) {
    Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
    while (!Thread.currentThread().isInterrupted() && behind(ends)) {
      for (ConsumerRecord<byte[], byte[]> taken : consumer.poll(POLL)) {
        TopicPartition partition = new TopicPartition(taken.topic(), taken.partition());
        if (taken.offset() < ends.get(partition) && !visitor.visit(entry(taken))) {
          return;
        }
      }
    }
  }

  private boolean behind(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey()) < end.getValue());
  }

  @Override
  public void follow(String topic, Start start, Visitor visitor) {
    assign(topic, start);
    while (!Thread.currentThread().isInterrupted()) {
      for (ConsumerRecord<byte[], byte[]> taken : consumer.poll(POLL)) {
        if (!visitor.visit(entry(taken))) {
          return;
        }
      }
    }
  }

  @Override
  public Optional<Entry> at(String topic, int number, long offset) {
    TopicPartition partition = new TopicPartition(topic, number);
    if (partitions(topic).stream().noneMatch(partition::equals)) {
      return Optional.empty();
    }
    List<TopicPartition> one = List.of(partition);
    consumer.assign(one);
    long end = consumer.endOffsets(one).get(partition);
    if (offset < consumer.beginningOffsets(one).get(partition) || offset >= end) {
      return Optional.empty();
    }
    consumer.seek(partition, offset);
    while (consumer.position(partition) <= offset && !Thread.currentThread().isInterrupted()) {
      for (ConsumerRecord<byte[], byte[]> taken : consumer.poll(POLL)) {
        return taken.offset() == offset ? Optional.of(entry(taken)) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  private List<TopicPartition> assign(String topic, Start start) {
    List<TopicPartition> partitions = partitions(topic);
    if (partitions.isEmpty()) {
      throw CliException.failure(
          "topic %s does not exist; start Penstock once, or give its --prefix".formatted(topic));
    }
    consumer.assign(partitions);
    switch (start) {
      case Start.Beginning() -> consumer.seekToBeginning(partitions);
      case Start.End() -> consumer.seekToEnd(partitions);
      case Start.At(Instant time) -> seek(partitions, time);
    }
    // Seeking is lazy: asking for the positions fixes them before anything else is written.
    partitions.forEach(consumer::position);
    return partitions;
  }

  private void seek(List<TopicPartition> partitions, Instant time) {
    Map<TopicPartition, Long> times = new HashMap<>();
    partitions.forEach(partition -> times.put(partition, time.toEpochMilli()));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times);
    for (TopicPartition partition : partitions) {
      OffsetAndTimestamp offset = found.get(partition);
      if (offset == null) {
        consumer.seekToEnd(List.of(partition));
      } else {
        consumer.seek(partition, offset.offset());
      }
    }
  }

  private List<TopicPartition> partitions(String topic) {
    List<PartitionInfo> infos = consumer.partitionsFor(topic);
    List<TopicPartition> partitions = new ArrayList<>();
    if (infos != null) {
      infos.forEach(info -> partitions.add(new TopicPartition(topic, info.partition())));
    }
    return partitions;
  }

  private static Entry entry(ConsumerRecord<byte[], byte[]> taken) {
    return new Entry(
        taken.topic(),
        taken.partition(),
        taken.offset(),
        Instant.ofEpochMilli(taken.timestamp()),
        taken.key(),
        taken.value());
  }
}
