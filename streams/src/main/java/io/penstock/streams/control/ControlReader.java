package io.penstock.streams.control;

import io.penstock.schemas.reading.Partitions;
import io.penstock.schemas.reading.RecordFaults;
import io.penstock.schemas.reading.TableReader;
import io.penstock.schemas.serde.MalformedRecordException;
import io.penstock.schemas.text.Printable;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads all that the control loop follows with one consumer in no group: tables from their
 * beginning, logs from the time that is needed. An instance belongs to one thread.
 */
final class ControlReader implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ControlReader.class);
  private static final Duration LOOKUP = Duration.ofSeconds(10);
  private static final Duration TABLES = Duration.ofSeconds(60);
  private static final Duration CLOSING = Duration.ofSeconds(2);

  /** Clocks of hosts and of brokers differ by a little. */
  private static final Duration MARGIN = Duration.ofSeconds(5);

  private final Consumer<String, byte[]> consumer;
  private final ControlTopics topics;
  private final TableReader tables;
  private final List<TopicPartition> tablePartitions = new ArrayList<>();
  private final List<TopicPartition> logPartitions = new ArrayList<>();
  private final Map<TopicPartition, Long> replayEnds = new HashMap<>();

  /**
   * @param consumer of committed records; becomes this reader's own
   */
  ControlReader(Consumer<String, byte[]> consumer, ControlTopics topics, Tables tables) {
    this.consumer = consumer;
    this.topics = topics;
    this.tables = new TableReader(topics.tables(tables));
  }

  /** Takes all partitions and reads the tables to their present end. */
  void open() {
    tablePartitions.addAll(tables.partitions(consumer));
    logPartitions.addAll(Partitions.of(consumer, topics.logs()));
    List<TopicPartition> all = new ArrayList<>(tablePartitions);
    all.addAll(logPartitions);
    consumer.assign(all);
    tables.rewind(consumer, tablePartitions);
    consumer.seekToEnd(logPartitions);
    readTables();
  }

  /** Reads the tables to the end they have now, and nothing else meanwhile. */
  void readTables() {
    consumer.pause(logPartitions);
    tables.readToEnd(consumer, tablePartitions, TABLES);
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

  /** Returns whether all that was in the logs at the last {@link #replay} was read. */
  boolean caughtUp() {
    if (!replayEnds.isEmpty() && Partitions.reached(consumer, replayEnds)) {
      replayEnds.clear();
    }
    return replayEnds.isEmpty();
  }

  /** Reads what there is, waiting for at most this long, and passes it on. */
  void turn(Controller controller, Duration wait) {
    for (ConsumerRecord<String, byte[]> each : consumer.poll(wait)) {
      if (!tables.pass(each) && each.value() != null) {
        guarded(each, () -> topics.pass(each.topic(), each.value(), controller));
      }
    }
  }

  /** A single record never ends the loop, which would read it again after each new beginning. */
  static void guarded(ConsumerRecord<String, byte[]> record, Runnable pass) {
    RecordFaults.guard(
        pass,
        fault -> {
          if (!(fault instanceof MalformedRecordException)) {
            LOG.error("A record is skipped after an unexpected failure; please report it", fault);
          }
          skip(record, fault.toString());
        });
  }

  private static void skip(ConsumerRecord<String, byte[]> each, String why) {
    LOG.warn(
        "Skipped {}-{}@{}: {}",
        each.topic(),
        each.partition(),
        each.offset(),
        Printable.brief(why));
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
