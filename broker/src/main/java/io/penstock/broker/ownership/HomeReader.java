package io.penstock.broker.ownership;

import io.penstock.broker.home.Home;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.RecentRequests;
import io.penstock.broker.requests.Watches;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.TokenChunk;
import io.penstock.schemas.reading.CommittedReads;
import io.penstock.schemas.reading.ConsumerLoop;
import io.penstock.schemas.reading.RecordFaults;
import io.penstock.schemas.serde.AvroSerdes;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the partitions that this instance owns, and passes on what comes: to the listeners, to
 * those who watch a request, and to what is remembered of requests. A partition that was lost is
 * read on as long as somebody watches a request of it, for reading needs no ownership: a change of
 * owner cuts off nobody who waits.
 */
final class HomeReader implements ConsumerLoop.Reader<String>, AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HomeReader.class);
  private static final Duration POLL = Duration.ofMillis(50);
  private static final Duration LOOKUP = Duration.ofSeconds(10);

  /** So many records a request has on lifecycle, and some more for markers. */
  private static final int STATES = 4;

  /** What happened to a partition. */
  private sealed interface Event {
    record Taken(int partition, long taking, PartitionTakeover.Opened opened, Runnable failed)
        implements Event {}

    record Lost(int partition) implements Event {}
  }

  /** A partition that is owned and not read to its end yet. */
  private record CatchingUp(long taking, KafkaStateWriter writer, Map<TopicPartition, Long> ends) {}

  private final HomeTopics homes;
  private final OwnedHomes owned;
  private final List<PartitionListener> listeners;
  private final Watches watches;
  private final RecentRequests recent;
  private final int memory;
  private final Deserializer<InferenceResult> results;
  private final Deserializer<RequestStatus> states;
  private final Deserializer<TokenChunk> chunks;
  private final ConsumerLoop<String> loop;
  private final Queue<Event> events = new ConcurrentLinkedQueue<>();

  // What the reading thread alone uses.
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final Map<Integer, CatchingUp> catchingUp = new HashMap<>();
  private final Set<Integer> mine = new HashSet<>();
  private final Set<Integer> left = new HashSet<>();

  /**
   * @param memory how many requests of late are remembered in each partition
   */
  HomeReader(
      HomeTopics homes,
      OwnedHomes owned,
      List<PartitionListener> listeners,
      Watches watches,
      RecentRequests recent,
      int memory,
      AvroSerdes serdes) {
    this.homes = homes;
    this.owned = owned;
    this.listeners = List.copyOf(listeners);
    this.watches = watches;
    this.recent = recent;
    this.memory = memory;
    this.results = serdes.deserializer(InferenceResult.class);
    this.states = serdes.deserializer(RequestStatus.class);
    this.chunks = serdes.deserializer(TokenChunk.class);
    this.loop =
        new ConsumerLoop<>(
            "penstock-front-reader",
            () ->
                CommittedReads.consumer(
                    homes.connection(),
                    "penstock-front-reader",
                    new StringDeserializer(),
                    Map.of("auto.offset.reset", "earliest")),
            this,
            () -> {});
  }

  void start() {
    loop.start();
  }

  boolean healthy() {
    return loop.healthy();
  }

  boolean hasDied() {
    return loop.hasDied();
  }

  @Override
  public void close() {
    loop.close();
  }

  /**
   * The partition was taken over. Called by any thread.
   *
   * @param failed runs if a listener cannot keep it
   */
  void taken(int partition, long taking, PartitionTakeover.Opened opened, Runnable failed) {
    events.add(new Event.Taken(partition, taking, opened, failed));
  }

  /** The partition belongs to somebody else. Called by any thread. */
  void lost(int partition) {
    events.add(new Event.Lost(partition));
  }

  @Override
  public void open(Consumer<String, byte[]> consumer) {
    consumer.assign(positions.keySet());
    positions.forEach(consumer::seek);
  }

  @Override
  public void turn(Consumer<String, byte[]> consumer) {
    // An event stays until it was handled, so that none is forgotten when Kafka does not answer.
    for (Event event = events.peek(); event != null; event = events.peek()) {
      switch (event) {
        case Event.Taken taken -> take(consumer, taken);
        case Event.Lost(int partition) -> lose(consumer, partition);
      }
      events.remove();
    }
    if (left.removeIf(partition -> !watches.anyIn(partition) && drop(partition))) {
      assign(consumer);
    }
    if (positions.isEmpty()) {
      LockSupport.parkNanos(POLL.toNanos());
      return;
    }
    try {
      for (ConsumerRecord<String, byte[]> each : consumer.poll(POLL)) {
        pass(each);
        positions.put(new TopicPartition(each.topic(), each.partition()), each.offset() + 1);
      }
    } catch (InvalidOffsetException deleted) {
      LOG.warn("Records were deleted before they were read: {}", deleted.getMessage());
      consumer.seekToBeginning(deleted.partitions());
    } catch (WakeupException woken) {
      return;
    }
    openThoseCaughtUp(consumer);
  }

  private void take(Consumer<String, byte[]> consumer, Event.Taken taken) {
    int partition = taken.partition;
    PartitionTakeover.Opened opened = taken.opened;
    if (mine.contains(partition)) {
      lose(consumer, partition);
    }
    List<TopicPartition> read = homes.read(partition).toList();
    Map<TopicPartition, Long> begins = consumer.beginningOffsets(read, LOOKUP);
    Map<TopicPartition, Long> ends = consumer.endOffsets(read, LOOKUP);
    Home home = new Home(partition, opened.entries(), opened.writer());
    TopicPartition resultsOf = homes.results(partition);
    long from = ends.get(resultsOf) - memory;
    try {
      for (PartitionListener each : listeners) {
        OptionalLong wanted = each.taken(home);
        from = Math.min(from, wanted.orElse(Long.MAX_VALUE));
      }
    } catch (RuntimeException cannot) {
      LOG.error("Partition {} cannot be kept here; it is taken over anew", partition, cannot);
      listeners.forEach(each -> each.lost(partition));
      taken.failed.run();
      return;
    }
    TopicPartition lifecycle = homes.lifecycle(partition);
    readFrom(resultsOf, from, begins);
    readFrom(lifecycle, ends.get(lifecycle) - (long) STATES * memory, begins);
    readFrom(homes.chunks(partition), ends.get(homes.chunks(partition)), begins);
    recent.open(partition, positions.get(resultsOf) > 0);
    mine.add(partition);
    boolean _ = left.remove(partition);
    catchingUp.put(partition, new CatchingUp(taken.taking, opened.writer(), ends));
    assign(consumer);
  }

  /** What is still read for those who watch it is read on from where it was: they miss nothing. */
  private void readFrom(TopicPartition partition, long from, Map<TopicPartition, Long> begins) {
    long first = Math.min(from, positions.getOrDefault(partition, from));
    positions.put(partition, Math.max(begins.get(partition), first));
  }

  private void lose(Consumer<String, byte[]> consumer, int partition) {
    if (!mine.remove(partition)) {
      return;
    }
    catchingUp.remove(partition);
    recent.close(partition);
    listeners.forEach(each -> each.lost(partition));
    left.add(partition);
    if (!watches.anyIn(partition) && left.remove(partition) && drop(partition)) {
      assign(consumer);
    }
  }

  private boolean drop(int partition) {
    return positions.keySet().removeIf(each -> each.partition() == partition);
  }

  private void assign(Consumer<String, byte[]> consumer) {
    consumer.assign(positions.keySet());
    positions.forEach(consumer::seek);
  }

  private void openThoseCaughtUp(Consumer<String, byte[]> consumer) {
    List<Integer> done = new ArrayList<>();
    catchingUp.forEach(
        (partition, each) -> {
          if (isReached(consumer, each.ends)) {
            done.add(partition);
            if (owned.open(partition, each.taking, each.writer)) {
              listeners.forEach(listener -> listener.upToDate(partition));
              LOG.info("Partition {} is open", partition);
            }
          }
        });
    done.forEach(catchingUp::remove);
  }

  private static boolean isReached(
      Consumer<String, byte[]> consumer, Map<TopicPartition, Long> ends) {
    return ends.entrySet().stream()
        .allMatch(end -> consumer.position(end.getKey(), LOOKUP) >= end.getValue());
  }

  private void pass(ConsumerRecord<String, byte[]> each) {
    byte[] value = each.value();
    if (value == null) {
      return;
    }
    RecordFaults.guard(
        () -> pass(each, value),
        fault ->
            LOG.warn(
                "Ignoring a record of {} in partition {} at offset {}: {}",
                each.topic(),
                each.partition(),
                each.offset(),
                fault.toString()));
  }

  private void pass(ConsumerRecord<String, byte[]> each, byte[] value) {
    if (each.topic().equals(homes.topics().names().results())) {
      pass(
          new ResultRecord(
              each.partition(),
              each.offset(),
              Instant.ofEpochMilli(each.timestamp()),
              results.deserialize(each.topic(), value)));
    } else if (each.topic().equals(homes.topics().names().lifecycle())) {
      RequestStatus status = states.deserialize(each.topic(), value);
      recent.status(each.partition(), status);
      watches.status(status);
    } else {
      watches.chunk(chunks.deserialize(each.topic(), value));
    }
  }

  private void pass(ResultRecord record) {
    recent.result(record);
    watches.result(record);
    if (mine.contains(record.partition())) {
      listeners.forEach(each -> each.result(record));
    }
  }
}
