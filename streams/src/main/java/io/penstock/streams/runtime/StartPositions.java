package io.penstock.streams.runtime;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells whether a Streams job that has worked before still knows how far it has read. Kafka forgets
 * the positions of a group that has been away for {@code offsets.retention.minutes}, and operators
 * delete groups. The job would then begin with the earliest record and do again what it has done.
 */
public final class StartPositions {

  private static final Logger LOG = LoggerFactory.getLogger(StartPositions.class);
  private static final long LOOKUP_SECONDS = 15;
  private static final Duration READ = Duration.ofSeconds(5);

  private final Admin admin;
  private final Supplier<Consumer<byte[], byte[]>> consumers;

  /**
   * Asks one cluster.
   *
   * @param consumers makes consumers that read committed records only and have no group
   */
  public StartPositions(Admin admin, Supplier<Consumer<byte[], byte[]>> consumers) {
    this.admin = admin;
    this.consumers = consumers;
  }

  /**
   * Refuses a start that would read again what was read.
   *
   * @param application the job's application id
   * @param sources the topics it reads, whose partitions of one number are one task
   * @param stores the names of its stores
   * @param beginAnew whether the operator wants it to read everything again that is kept
   * @throws LostPositionsException if it has state, and records to read, and no positions
   * @throws IllegalStateException if Kafka does not answer
   */
  public void require(
      String application, List<String> sources, List<String> stores, boolean beginAnew) {
    Set<Integer> lost = lost(application, sources, stores);
    if (lost.isEmpty()) {
      return;
    }
    if (!beginAnew) {
      throw new LostPositionsException(application, lost);
    }
    LOG.warn(
        "{} reads partitions {} from the beginning: its positions are lost, but not its state."
            + " It does not run requests again whose ids it remembers",
        application,
        lost);
  }

  private Set<Integer> lost(String application, List<String> sources, List<String> stores) {
    List<String> changelogs =
        stores.stream().map(store -> application + "-" + store + "-changelog").toList();
    Map<String, Integer> partitions = partitions(changelogs);
    if (partitions.isEmpty()) {
      return Set.of();
    }
    Set<TopicPartition> known = positions(application);
    int most = partitions.values().stream().mapToInt(Integer::intValue).max().orElseThrow();
    Set<Integer> without = new TreeSet<>();
    for (int partition = 0; partition < most; partition++) {
      int each = partition;
      if (sources.stream().noneMatch(topic -> known.contains(new TopicPartition(topic, each)))) {
        without.add(partition);
      }
    }
    if (without.isEmpty()) {
      return Set.of();
    }
    try (Consumer<byte[], byte[]> consumer = consumers.get()) {
      Set<Integer> stateful = new TreeSet<>();
      partitions.forEach(
          (topic, count) -> stateful.addAll(nonEmpty(consumer, topic, below(without, count))));
      Set<Integer> readable = new HashSet<>();
      Map<String, Integer> found = partitions(sources);
      found.forEach(
          (topic, count) -> readable.addAll(nonEmpty(consumer, topic, below(stateful, count))));
      stateful.retainAll(readable);
      return stateful;
    }
  }

  private static Set<Integer> below(Set<Integer> partitions, int count) {
    Set<Integer> existing = new TreeSet<>(partitions);
    existing.removeIf(partition -> partition >= count);
    return existing;
  }

  /**
   * Returns which of these partitions have a committed record; end offsets count aborted ones, too.
   */
  private static Set<Integer> nonEmpty(
      Consumer<byte[], byte[]> consumer, String topic, Set<Integer> asked) {
    Set<Integer> found = new TreeSet<>();
    for (int partition : asked) {
      TopicPartition each = new TopicPartition(topic, partition);
      consumer.assign(List.of(each));
      consumer.seekToBeginning(List.of(each));
      long end = consumer.endOffsets(List.of(each)).get(each);
      long until = System.nanoTime() + READ.toNanos();
      while (consumer.position(each) < end && System.nanoTime() < until) {
        if (!consumer.poll(Duration.ofMillis(100)).isEmpty()) {
          found.add(partition);
          break;
        }
      }
    }
    return found;
  }

  private Set<TopicPartition> positions(String group) {
    Map<TopicPartition, OffsetAndMetadata> all =
        get(
            admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(),
            GroupIdNotFoundException.class,
            Map.of());
    Set<TopicPartition> known = new HashSet<>();
    all.forEach(
        (partition, position) -> {
          if (position != null) {
            known.add(partition);
          }
        });
    return known;
  }

  /** Counts the partitions of the topics that exist. */
  private Map<String, Integer> partitions(List<String> topics) {
    Map<String, Integer> counts = new HashMap<>();
    Map<String, KafkaFuture<TopicDescription>> asked =
        admin.describeTopics(new ArrayList<>(topics)).topicNameValues();
    asked.forEach(
        (topic, future) -> {
          TopicDescription found = get(future, UnknownTopicOrPartitionException.class, null);
          if (found != null) {
            counts.put(topic, found.partitions().size());
          }
        });
    return counts;
  }

  private static <T> T get(KafkaFuture<T> future, Class<? extends Exception> absent, T otherwise) {
    try {
      return future.get(LOOKUP_SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      if (absent.isInstance(e.getCause())) {
        return otherwise;
      }
      throw new IllegalStateException("Kafka did not say how far its groups have read", e);
    } catch (TimeoutException e) {
      throw new IllegalStateException(
          "Kafka did not say within %d s how far its groups have read; is it reachable?"
              .formatted(LOOKUP_SECONDS),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while asking Kafka for positions", e);
    }
  }
}
