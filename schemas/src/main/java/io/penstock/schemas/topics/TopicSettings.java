package io.penstock.schemas.topics;

import io.penstock.schemas.settings.Range;
import java.time.Duration;

/**
 * The layout of the topics. Counts of partitions are fixed at creation: a running Penstock refuses
 * to start on topics that differ.
 *
 * @param names the topics' names
 * @param modelPartitions partitions of work, demand, outcomes, commands and transfers (P of the
 *     design), 1 to 1000: the number of models that can be isolated from each other
 * @param otherPartitions partitions of the topics keyed by request or worker, 1 to 1000
 * @param replicationFactor copies of each partition, 1 or more
 * @param maxDeadline the furthest deadline a request may have; work is retained for longer
 * @param resultRetention how long results are kept
 * @param maxRequestBytes the largest request body accepted, in bytes
 */
public record TopicSettings(
    TopicNames names,
    int modelPartitions,
    int otherPartitions,
    short replicationFactor,
    Duration maxDeadline,
    Duration resultRetention,
    int maxRequestBytes) {

  /** How long work outlives the furthest deadline, for retries and for a person to look into it. */
  private static final Duration AFTER_DEADLINE = Duration.ofDays(1);

  /** Kafka looks for segments to delete every few minutes, and may be down for a while. */
  private static final Duration CLEANING = Duration.ofHours(1);

  /** Small enough for one broker on a laptop. */
  public static final TopicSettings DEFAULT =
      new TopicSettings(
          TopicNames.DEFAULT,
          4,
          2,
          (short) 1,
          Duration.ofDays(7),
          Duration.ofDays(3),
          8 * 1024 * 1024);

  public TopicSettings {
    Range.require("modelPartitions", modelPartitions, 1, 1000);
    Range.require("otherPartitions", otherPartitions, 1, 1000);
    Range.require("replicationFactor", (int) replicationFactor, 1, (int) Short.MAX_VALUE);
    Range.require("maxRequestBytes", maxRequestBytes, 1024, 64 * 1024 * 1024);
    requirePositive("maxDeadline", maxDeadline);
    requirePositive("resultRetention", resultRetention);
  }

  /** The same with this many copies of each partition. */
  public TopicSettings withReplicationFactor(int copies) {
    Range.require("replicationFactor", copies, 1, (int) Short.MAX_VALUE);
    return new TopicSettings(
        names,
        modelPartitions,
        otherPartitions,
        (short) copies,
        maxDeadline,
        resultRetention,
        maxRequestBytes);
  }

  /** The same with other numbers of partitions. */
  public TopicSettings withPartitions(int ofModels, int ofOthers) {
    return new TopicSettings(
        names,
        ofModels,
        ofOthers,
        replicationFactor,
        maxDeadline,
        resultRetention,
        maxRequestBytes);
  }

  /** The same under other names. */
  public TopicSettings withNames(TopicNames others) {
    return new TopicSettings(
        others,
        modelPartitions,
        otherPartitions,
        replicationFactor,
        maxDeadline,
        resultRetention,
        maxRequestBytes);
  }

  /** Returns how long requests, work and transfers are kept: longer than the furthest deadline. */
  public Duration workRetention() {
    return maxDeadline.plus(AFTER_DEADLINE);
  }

  /**
   * Returns how long the id of a request is remembered after it was taken in, and again after it
   * ended. Until then a second record with its id is not run. This is longer than any log keeps a
   * record of it: the furthest deadline, the retention of requests, work and results, and the time
   * until Kafka deletes the segment that holds the record.
   */
  public Duration idRetention() {
    Duration kept =
        workRetention().compareTo(resultRetention) >= 0 ? workRetention() : resultRetention;
    return kept.plus(TopicConfigs.LONGEST_SEGMENT).plus(CLEANING);
  }

  /**
   * Returns how many copies must have a record before it counts as written: with three copies or
   * more, one may be away without stopping writes or losing any.
   */
  public int minInSyncReplicas() {
    return replicationFactor >= 3 ? 2 : 1;
  }

  private static void requirePositive(String name, Duration value) {
    if (!value.isPositive()) {
      throw new IllegalArgumentException("%s is %s; it must be positive".formatted(name, value));
    }
  }
}
