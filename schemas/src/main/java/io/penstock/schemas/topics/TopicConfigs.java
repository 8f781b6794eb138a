package io.penstock.schemas.topics;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A topic's Kafka settings, from how long its records are wanted and how large they are. */
record TopicConfigs(Map<String, String> settings) {

  private static final Duration SHORTEST_SEGMENT = Duration.ofMinutes(10);

  /** The time after the end of its retention for which a record may still be read. */
  static final Duration LONGEST_SEGMENT = Duration.ofDays(1);

  /** Records go once older than this. */
  static TopicConfigs deletedAfter(Duration retention) {
    return new TopicConfigs(
        Map.of(
            "cleanup.policy",
            "delete",
            "retention.ms",
            millis(retention),
            "segment.ms",
            millis(segment(retention))));
  }

  /** The latest record of each key stays for ever. */
  static TopicConfigs latestOfEach() {
    return new TopicConfigs(
        Map.of(
            "cleanup.policy",
            "compact",
            "segment.ms",
            millis(LONGEST_SEGMENT),
            "min.cleanable.dirty.ratio",
            "0.1"));
  }

  /** The latest record of each key stays until it is older than this. */
  static TopicConfigs latestOfEachFor(Duration retention) {
    return new TopicConfigs(
        Map.of(
            "cleanup.policy",
            "compact,delete",
            "retention.ms",
            millis(retention),
            "segment.ms",
            millis(Duration.ofHours(1))));
  }

  TopicConfigs accepting(int maxMessageBytes) {
    Map<String, String> more = new HashMap<>(settings);
    more.put("max.message.bytes", Integer.toString(maxMessageBytes));
    return new TopicConfigs(more);
  }

  Map<String, String> toMap(int minInSyncReplicas) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("message.timestamp.type", "LogAppendTime");
    all.put("min.insync.replicas", Integer.toString(minInSyncReplicas));
    return all;
  }

  /** Retention deletes whole closed segments, so a segment closes well before its records age. */
  private static Duration segment(Duration retention) {
    Duration eighth = retention.dividedBy(8);
    if (eighth.compareTo(SHORTEST_SEGMENT) < 0) {
      return SHORTEST_SEGMENT;
    }
    return eighth.compareTo(LONGEST_SEGMENT) > 0 ? LONGEST_SEGMENT : eighth;
  }

  private static String millis(Duration duration) {
    return Long.toString(duration.toMillis());
  }
}
