package io.penstock.workers.lease;

import io.penstock.schemas.Lease;
import io.penstock.schemas.serde.RegistryUnavailableException;
import io.penstock.workers.kafka.ConsumerLoop;
import io.penstock.workers.kafka.TraceContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.Deserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads one partition of the leases topic from its end at the start on, and hands on those of this
 * worker. Runs on its {@link ConsumerLoop}'s thread.
 */
public final class LeaseReader implements ConsumerLoop.Reader {

  private static final Logger LOG = LoggerFactory.getLogger(LeaseReader.class);

  /** Nothing but a record or a wake-up ends a poll. */
  private static final Duration POLL = Duration.ofMinutes(1);

  private static final long UNKNOWN = -1;

  /** Takes what is read. Must not wait. */
  public interface Listener {

    void received(Lease lease, @Nullable String traceparent);

    /** The position is known: no lease granted from now on is missed. */
    void positioned();

    /** A lease cannot be read, or was deleted before it was. */
    void missed();
  }

  private final String workerId;
  private final TopicPartition partition;
  private final Deserializer<Lease> deserializer;
  private final Listener listener;
  private final AtomicBoolean positioned = new AtomicBoolean();
  private long position = UNKNOWN;

  public LeaseReader(
      String workerId,
      TopicPartition partition,
      Deserializer<Lease> deserializer,
      Listener listener) {
    this.workerId = workerId;
    this.partition = partition;
    this.deserializer = deserializer;
    this.listener = listener;
  }

  /** Whether reading has begun. May be called from any thread. */
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
      listener.positioned();
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
      listener.missed();
    } catch (WakeupException e) {
      // The loop looks whether to go on.
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
      listener.missed();
      return;
    }
    if (lease != null) {
      listener.received(lease, TraceContext.from(record.headers()));
    }
  }
}
