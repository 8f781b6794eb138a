package io.penstock.streams.delivery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * The results that wait for their reply topics, of the partitions that this instance has. Which
 * they are is written beside each committed position, so that positions may pass them and a
 * successor still knows them: each is copied once, whoever does it. An instance belongs to one
 * thread.
 */
final class HeldResults {

  /** How many a partition may have: Kafka keeps 4,096 characters beside a position. */
  static final int MOST = 256;

  private static final String VERSION = "held1:";
  private static final int RADIX = 36;

  private final Map<TopicPartition, TreeMap<Long, Held>> byPartition = new HashMap<>();

  /** Returns whether the partition has no room for another. */
  boolean full(TopicPartition partition) {
    return of(partition).size() >= MOST;
  }

  void put(Held held) {
    byPartition
        .computeIfAbsent(held.partition(), ignored -> new TreeMap<>())
        .put(held.offset(), held);
  }

  void remove(TopicPartition partition, long offset) {
    of(partition).remove(offset);
  }

  Optional<Held> find(TopicPartition partition, long offset) {
    return Optional.ofNullable(of(partition).get(offset));
  }

  /** Forgets those of partitions that are another instance's now. */
  void leave(Collection<TopicPartition> partitions) {
    partitions.forEach(byPartition::remove);
  }

  /** The longest held first. */
  List<Held> all() {
    List<Held> all = new ArrayList<>();
    byPartition.values().forEach(each -> all.addAll(each.values()));
    all.sort(Comparator.comparing(Held::since).thenComparingLong(Held::offset));
    return all;
  }

  int size() {
    return byPartition.values().stream().mapToInt(TreeMap::size).sum();
  }

  Optional<Instant> oldest() {
    return byPartition.values().stream()
        .flatMap(each -> each.values().stream())
        .map(Held::since)
        .min(Comparator.naturalOrder());
  }

  /** The note beside a position: how far before it each held result lies. */
  String note(TopicPartition partition, long position) {
    Collection<Long> offsets = of(partition).keySet();
    if (offsets.isEmpty()) {
      return "";
    }
    StringJoiner distances = new StringJoiner(",", VERSION, "");
    offsets.forEach(offset -> distances.add(Long.toString(position - offset, RADIX)));
    return distances.toString();
  }

  /** The offsets in a note beside a position; none if it is not one of ours. */
  static List<Long> offsets(String note, long position) {
    if (!note.startsWith(VERSION)) {
      return List.of();
    }
    return List.of(note.substring(VERSION.length()).split(",")).stream()
        .map(distance -> position - Long.parseLong(distance, RADIX))
        .toList();
  }

  private Map<Long, Held> of(TopicPartition partition) {
    return byPartition.getOrDefault(partition, new TreeMap<>());
  }
}
