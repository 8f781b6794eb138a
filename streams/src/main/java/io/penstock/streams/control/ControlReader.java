package io.penstock.streams.control;

import io.penstock.schemas.errors.FatalErrors;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.text.Printable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all that the control loop follows with one consumer in no group: tables from their
 * beginning, logs from the time that is needed. Used by one thread.
 */
final class ControlReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ControlReader.class);
  private static final Duration LOOKUP = Duration.ofSeconds(10);
  private static final Duration TABLES = Duration.ofSeconds(60);
  private static final Duration POLL = Duration.ofMillis(100);
  private static final Duration CLOSING = Duration.ofSeconds(2);

  /** Clocks of hosts and of brokers differ by a little. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private final Consumer<String, byte[]> consumer;
  private final ControlTopics topics;
  private final Tables tables;
  private final Set<String> tableTopics;
  private final List<TopicPartition> tablePartitions = new ArrayList<>();
  private final List<TopicPartition> logPartitions = new ArrayList<>();
  private final Map<TopicPartition, Long> replayEnds = new HashMap<>();

  /**
   * @param consumer of committed records; becomes this reader's own
   */
  ControlReader(Consumer<String, byte[]> consumer, ControlTopics topics, Tables tables) {
    this.consumer = consumer;
    this.topics = topics;
    this.tables = tables;
    this.tableTopics = new HashSet<>(topics.tables());
  }

  /** Takes all partitions and reads the tables to their present end. */
  void open() {
    tablePartitions.addAll(partitions(topics.tables()));
    logPartitions.addAll(partitions(topics.logs()));
    List<TopicPartition> all = new ArrayList<>(tablePartitions);
    all.addAll(logPartitions);
    consumer.assign(all);
    consumer.seekToBeginning(tablePartitions);
    consumer.seekToEnd(logPartitions);
    readTables();
  }

  private List<TopicPartition> partitions(List<String> names) {
    List<TopicPartition> partitions = new ArrayList<>();
    for (String name : names) {
      List<PartitionInfo> infos = consumer.partitionsFor(name, LOOKUP);
      if (infos == null || infos.isEmpty()) {
        throw new IllegalStateException("topic " + name + " is missing; create the topics first");
      }
      infos.forEach(info -> partitions.add(new TopicPartition(name, info.partition())));
    }
    return partitions;
  }

  /** Reads the tables to the end they have now, and nothing else meanwhile. */
  void readTables() {
    consumer.pause(logPartitions);
    Map<TopicPartition, Long> ends = consumer.endOffsets(tablePartitions, LOOKUP);
    long until = System.nanoTime() + TABLES.toNanos();
    while (behind(ends)) {
      if (System.nanoTime() > until) {
        throw new TimeoutException("the tables were not read to their ends within " + TABLES);
      }
      for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
        passTable(each);
      }
    }
    consumer.resume(logPartitions);
  }

  /** Goes back, in the logs, to this time. */
  void replay(Instant from) {
    long time = from.minus(MARGIN).toEpochMilli();
    Map<TopicPartition, Long> times = new HashMap<>();
    logPartitions.forEach(partition -> times.put(partition, time));
    Map<TopicPartition, OffsetAndTimestamp> found = consumer.offsetsForTimes(times, LOOKUP);
    Map<TopicPartition, Long> ends = consumer.endOffsets(logPartitions, LOOKUP);
    replayEnds.clear();
    replayEnds.putAll(ends);
    for (TopicPartition partition : logPartitions) {
      OffsetAndTimestamp start = found.get(partition);
      consumer.seek(partition, start == null ? ends.get(partition) : start.offset());
    }
  }

  /** Whether all that was in the logs at the last {@link #replay} was read. */
  boolean caughtUp() {
    if (!replayEnds.isEmpty() && !behind(replayEnds)) {
      replayEnds.clear();
    }
    return replayEnds.isEmpty();
  }

  private boolean behind(Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .anyMatch(end -> consumer.position(end.getKey(), LOOKUP) < end.getValue());
  }

  /** Reads what there is, waiting for at most this long, and passes it on. */
  void turn(Controller controller, Duration wait) {
    for (ConsumerRecord<String, byte[]> each : consumer.poll(wait)) {
      if (tableTopics.contains(each.topic())) {
        passTable(each);
      } else if (each.value() != null) {
        guarded(each, () -> topics.pass(each.topic(), each.value(), controller));
      }
    }
  }

  private void passTable(ConsumerRecord<String, byte[]> each) {
    if (!tableTopics.contains(each.topic())) {
      return;
    }
    if (each.key() == null) {
      skip(each, "it has no key");
      return;
    }
    guarded(each, () -> topics.pass(each.topic(), each.key(), each.value(), tables));
  }

  /**
   * One record is never the end of the loop, which would read it again after each new beginning.
   */
  static void guarded(ConsumerRecord<String, byte[]> record, Runnable pass) {
    try {
      pass.run();
    } catch (RetriableException passing) {
      throw passing;
    } catch (MalformedRecordException malformed) {
      skip(record, malformed.getMessage());
    } catch (RuntimeException | Error fault) {
      FatalErrors.throwIfFatal(fault);
      LOG.error("A fault of ours is taken for the record's", fault);
      skip(record, fault.toString());
    }
  }

  private static void skip(ConsumerRecord<String, byte[]> each, String why) {
    LOG.warn(
        "Skipped {}-{}@{}: {}", each.topic(), each.partition(), each.offset(), Printable.of(why));
  }

  /** Ends a wait of another thread; the only method that other threads may call. */
  void wakeup() {
    consumer.wakeup();
  }

  @Override
  public void close() {
    consumer.close(CloseOptions.timeout(CLOSING));
  }
}
