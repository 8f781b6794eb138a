package io.penstock.workers.payload;

import io.penstock.schemas.reading.ConsumerLoop;
import io.penstock.workers.kafka.Signal;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Reads single records at given offsets. It reads records that are asked for together in the order
 * of the log, and keeps the records between them for a while, so that neighbours cost one fetch. It
 * runs on the thread of its {@link ConsumerLoop}, which waits without polling while nothing is
 * asked for; {@link #read} may be called from any thread.
 */
public final class PayloadReader implements ConsumerLoop.Reader<String> {

  /** Up to this many offsets, reading on is faster than seeking. */
  private static final long NEAR = 64;

  /** Room for a few fetches. Another worker probably holds what is not asked for soon. */
  private static final long READ_AHEAD_BYTES = 4L << 20;

  private static final Duration IDLE = Duration.ofMinutes(1);

  /** Takes the result of a read, once, on the reader's thread. It must not wait. */
  @FunctionalInterface
  public interface Callback {
    void ended(RecordRead read);
  }

  private record Pending(
      TopicPartition partition, long offset, Instant expiresAt, Callback callback) {}

  private final Duration timeout;
  private final InstantSource clock;
  private final Queue<Pending> incoming = new ConcurrentLinkedQueue<>();
  private final Signal asked = new Signal();
  private final Map<TopicPartition, TreeMap<Long, List<Pending>>> pending = new HashMap<>();
  private final Map<TopicPartition, Long> positions = new HashMap<>();
  private final ReadAhead readAhead = new ReadAhead(READ_AHEAD_BYTES);
  private volatile @Nullable Consumer<String, byte[]> polling;

  public PayloadReader(Duration timeout, InstantSource clock) {
    this.timeout = timeout;
    this.clock = clock;
  }

  /** Asks for one record. The call never waits. */
  public void read(TopicPartition partition, long offset, Callback callback) {
    incoming.add(new Pending(partition, offset, clock.instant().plus(timeout), callback));
    asked.raise();
    Consumer<String, byte[]> consumer = polling;
    if (consumer != null) {
      consumer.wakeup();
    }
  }

  @Override
  public void closing() {
    asked.raise();
  }

  @Override
  public void open(Consumer<String, byte[]> consumer) {
    positions.clear();
  }

  @Override
  public void turn(Consumer<String, byte[]> consumer) {
    accept();
    expire(clock.instant());
    if (pending.isEmpty()) {
      awaitRequest();
      return;
    }
    try {
      aim(consumer);
      polling = consumer;
      if (!incoming.isEmpty()) {
        accept();
        aim(consumer);
      }
      consumer.poll(untilFirstExpiry()).forEach(this::deliver);
      settle(consumer);
    } catch (WakeupException e) {
      // Somebody asked for more, or the loop ends.
    } catch (OffsetOutOfRangeException e) {
      e.offsetOutOfRangePartitions().keySet().forEach(partition -> outOfRange(consumer, partition));
    } finally {
      polling = null;
    }
  }

  private void awaitRequest() {
    try {
      asked.await(IDLE);
    } catch (InterruptedException e) {
      throw new InterruptException(e);
    }
  }

  private void accept() {
    for (Pending next = incoming.poll(); next != null; next = incoming.poll()) {
      ConsumerRecord<String, byte[]> kept = readAhead.take(next.partition(), next.offset());
      if (kept != null) {
        next.callback().ended(new RecordRead.Found(kept));
      } else {
        pending
            .computeIfAbsent(next.partition(), _ -> new TreeMap<>())
            .computeIfAbsent(next.offset(), _ -> new ArrayList<>(1))
            .add(next);
      }
    }
  }

  private void expire(Instant now) {
    for (TreeMap<Long, List<Pending>> byOffset : pending.values()) {
      for (List<Pending> reads : byOffset.values()) {
        reads.removeIf(
            read -> {
              boolean over = !now.isBefore(read.expiresAt());
              if (over) {
                String why = "not read within " + timeout;
                read.callback().ended(new RecordRead.Unavailable(why));
              }
              return over;
            });
      }
    }
    prune();
  }

  /** Moves each partition that is asked for to its first offset, and pauses the others. */
  private void aim(Consumer<String, byte[]> consumer) {
    Set<TopicPartition> assigned = new HashSet<>(consumer.assignment());
    if (!assigned.containsAll(pending.keySet())) {
      assigned.addAll(pending.keySet());
      consumer.assign(assigned);
    }
    pending.forEach(
        (partition, byOffset) -> {
          long first = byOffset.firstKey();
          Long position = positions.get(partition);
          if (position == null || first < position || first > position + NEAR) {
            consumer.seek(partition, first);
            positions.put(partition, first);
          }
        });
    assigned.removeAll(pending.keySet());
    consumer.pause(assigned);
    consumer.resume(pending.keySet());
  }

  private Duration untilFirstExpiry() {
    Instant first =
        pending.values().stream()
            .flatMap(byOffset -> byOffset.values().stream())
            .flatMap(List::stream)
            .map(Pending::expiresAt)
            .min(Instant::compareTo)
            .orElseThrow();
    Duration left = Duration.between(clock.instant(), first);
    return left.isPositive() ? left : Duration.ofMillis(1);
  }

  private void deliver(ConsumerRecord<String, byte[]> record) {
    TopicPartition partition = new TopicPartition(record.topic(), record.partition());
    TreeMap<Long, List<Pending>> byOffset = pending.get(partition);
    List<Pending> reads = byOffset == null ? null : byOffset.remove(record.offset());
    if (reads == null) {
      readAhead.keep(partition, record);
    } else {
      reads.forEach(read -> read.callback().ended(new RecordRead.Found(record)));
    }
  }

  /** Ends reads of offsets that the consumer has passed: they hold no record. */
  private void settle(Consumer<String, byte[]> consumer) {
    pending.forEach(
        (partition, byOffset) -> {
          long position = consumer.position(partition);
          positions.put(partition, position);
          end(byOffset.headMap(position), new RecordRead.Gone("there is no record at its offset"));
        });
    prune();
  }

  private void outOfRange(Consumer<String, byte[]> consumer, TopicPartition partition) {
    positions.remove(partition);
    TreeMap<Long, List<Pending>> byOffset = pending.get(partition);
    if (byOffset != null) {
      long start = consumer.beginningOffsets(List.of(partition)).getOrDefault(partition, 0L);
      end(byOffset.headMap(start), new RecordRead.Gone("the log now starts at offset " + start));
      long end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
      end(byOffset.tailMap(end), new RecordRead.Unavailable("the log ends at offset " + end));
      prune();
    }
  }

  private static void end(Map<Long, List<Pending>> byOffset, RecordRead how) {
    byOffset.values().forEach(reads -> reads.forEach(read -> read.callback().ended(how)));
    byOffset.clear();
  }

  private void prune() {
    pending.values().forEach(byOffset -> byOffset.values().removeIf(List::isEmpty));
    pending.values().removeIf(TreeMap::isEmpty);
  }
}
