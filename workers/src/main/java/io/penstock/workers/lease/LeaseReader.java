package io.penstock.workers.lease;

import io.penstock.schemas.Lease;
import io.penstock.schemas.reading.ConsumerLoop;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.workers.kafka.TraceContext;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one partition of the leases topic, from where it ends at the start, and tells of the leases
 * that are for this worker. Runs on the thread of its {@link ConsumerLoop}.
 */
public final class LeaseReader implements ConsumerLoop.Reader<String> {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseReader.class);

  /** Nothing but a record or a wake-up ends a poll. */
  private static final Duration POLL = Duration.ofMinutes(1);

  private static final long UNKNOWN = -1;

  private final String workerId;
  private final TopicPartition partition;
  private final Deserializer<Lease> deserializer;
  private final LeaseEvents events;
  private final java.util.function.Consumer<Lease> counter;
  private final Runnable whenPositioned;
  private final InstantSource clock;
  private final AtomicBoolean positioned = new AtomicBoolean();
  private long position = UNKNOWN;

  /**
   * @param counter counts the leases of this worker
   * @param whenPositioned runs once, as soon as no lease granted from now on is missed
   */
  public LeaseReader(
      String workerId,
      TopicPartition partition,
      Deserializer<Lease> deserializer,
      LeaseEvents events,
      java.util.function.Consumer<Lease> counter,
      Runnable whenPositioned,
      InstantSource clock) {
    this.workerId = workerId;
    this.partition = partition;
    this.deserializer = deserializer;
    this.events = events;
    this.counter = counter;
    this.whenPositioned = whenPositioned;
    this.clock = clock;
  }

  /** Returns whether reading has begun. Any thread may call it. */
  public boolean isPositioned() {
    return positioned.get();
  }

  @Override
  public void open(Consumer<String, byte[]> consumer) {
    consumer.assign(List.of(partition));
    if (position == UNKNOWN) {
      consumer.seekToEnd(List.of(partition));
      position = consumer.position(partition);
    } else {
      consumer.seek(partition, position);
    }
    if (positioned.compareAndSet(false, true)) {
      whenPositioned.run();
    }
  }

  @Override
  public void turn(Consumer<String, byte[]> consumer) {
    try {
      for (ConsumerRecord<String, byte[]> record : consumer.poll(POLL).records(partition)) {
        if (workerId.equals(record.key())) {
          handOn(record);
        }
        position = record.offset() + 1;
      }
    } catch (InvalidOffsetException e) {
      LOG.warn(
          "Leases from offset {} on are gone, so this session is over: {}",
          position,
          e.getMessage());
      consumer.seekToEnd(List.of(partition));
      position = consumer.position(partition);
      missed();
    } catch (WakeupException e) {
      // The loop checks whether to go on.
    }
  }

  private void handOn(ConsumerRecord<String, byte[]> record) {
    Lease lease;
    try {
      lease = deserializer.deserialize(record.topic(), record.value());
    } catch (RegistryUnavailableException e) {
      // The loop opens again at this record.
      throw e;
    } catch (RuntimeException e) {
      LOG.error("Lease at {}-{} cannot be read and is skipped", partition, record.offset(), e);
      missed();
      return;
    }
    if (lease != null) {
      counter.accept(lease);
      String trace = TraceContext.from(record.headers());
      events.on(new LeaseEvent.Arrived(lease, trace), clock.instant());
    }
  }

  private void missed() {
    events.on(new LeaseEvent.SessionLost(RenewalReason.LEASES_UNREADABLE), clock.instant());
  }
}
