package io.penstock.streams.delivery;

import io.penstock.schemas.retry.GrowingPause;
import io.penstock.schemas.retry.PauseRule;
import io.penstock.streams.runtime.JobWatch;
import io.penstock.streams.runtime.LoopThread;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of the delivery job. After an error of its clients it opens others and begins anew
 * from the committed positions, with growing pauses. While Penstock's own topic takes nothing it
 * keeps its clients and its place in the group: it pauses, reads again from the committed positions
 * and tries again. Other threads call only {@link #start}, {@link #close} and {@link #problem}.
 */
final class DeliveryLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(DeliveryLoop.class);
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration COMMIT_EVERY = Duration.ofSeconds(1);
  private static final Duration CLOSING = Duration.ofSeconds(5);
  private static final PauseRule STOPS =
      new PauseRule(Duration.ofMillis(500), Duration.ofSeconds(5));
  private static final Duration CALM = Duration.ofMinutes(1);

  /** The resources of one attempt of the loop; closing it closes all of them. */
  interface Session extends AutoCloseable {

    Consumer<byte[], byte[]> consumer();

    Courier courier();

    /** Reads what has changed in tenants' policies. */
    void follow();

    @Override
    void close();
  }

  private final String topic;
  private final Function<ReplyTopicStates, Session> sessions;
  private final DeliveryMetrics metrics;
  private final InstantSource clock;
  private final ReplyTopicStates states = new ReplyTopicStates();
  private final LoopThread thread;
  private volatile @Nullable Consumer<byte[], byte[]> polled;
  private volatile boolean joined;

  /**
   * @param topic of results
   * @param sessions opens what one attempt of the loop works with
   * @param watch hears of progress and failures
   */
  DeliveryLoop(
      String topic,
      Function<ReplyTopicStates, Session> sessions,
      DeliveryMetrics metrics,
      JobWatch watch,
      InstantSource clock) {
    this.topic = topic;
    this.sessions = sessions;
    this.metrics = metrics;
    this.clock = clock;
    this.thread = new LoopThread("delivery", this::attempt, watch, clock);
  }

  void start() {
    thread.start();
  }

  /** Returns what is wrong, if anything. */
  Optional<String> problem() {
    return thread
        .problem()
        .or(() -> joined ? Optional.empty() : Optional.of("it has not joined its group"));
  }

  /** Returns why it has ended for good, if it has failed. */
  Optional<String> failure() {
    return thread.failure();
  }

  /** Returns when the thread has ended, or some seconds later. */
  @Override
  public void close() {
    thread.stop(this::wake, CLOSING.multipliedBy(2));
  }

  private void wake() {
    Consumer<byte[], byte[]> waiting = polled;
    if (waiting != null) {
      waiting.wakeup();
    }
  }

  private void attempt() {
    try (Session session = sessions.apply(states)) {
      serve(session);
    }
  }

  private void serve(Session session) {
    Consumer<byte[], byte[]> consumer = session.consumer();
    Positions positions = new Positions(consumer, session.courier());
    polled = consumer;
    try {
      consumer.subscribe(List.of(topic), positions);
      while (!thread.stopped()) {
        turn(session, positions);
      }
    } catch (RuntimeException | Error e) {
      positions.abandon();
      throw e;
    } finally {
      polled = null;
      joined = false;
      metrics.reading(null);
      consumer.close(CloseOptions.timeout(CLOSING));
    }
  }

  private void turn(Session session, Positions positions) {
    Courier courier = session.courier();
    session.follow();
    boolean stopped = positions.stopped();
    ConsumerRecords<byte[], byte[]> records = session.consumer().poll(courier.untilRetry(POLL));
    positions.takeUp();
    try {
      if (stopped) {
        positions.giveBack(records);
      } else if (!records.isEmpty()) {
        deliver(records, courier, positions);
      }
      courier.retry();
    } catch (OwnTopicException e) {
      LOG.warn("Delivery pauses for {} ms: {}", positions.stop().toMillis(), e.getMessage());
      return;
    } finally {
      metrics.reading(null);
    }
    positions.commitIfDue();
    if (!stopped) {
      thread.progressed();
    }
  }

  private void deliver(
      ConsumerRecords<byte[], byte[]> records, Courier courier, Positions positions) {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>();
    long oldest = Long.MAX_VALUE;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      all.add(record);
      oldest = Math.min(oldest, record.timestamp());
    }
    metrics.reading(Instant.ofEpochMilli(oldest));
    positions.moved |= !courier.deliver(all);
    positions.stops.reset();
  }

  /**
   * Knows this instance's partitions and how far it has read them. Only the loop's thread uses it.
   */
  private final class Positions implements ConsumerRebalanceListener {

    private final Consumer<byte[], byte[]> consumer;
    private final Courier courier;
    private final Set<TopicPartition> fresh = new HashSet<>();
    private final GrowingPause stops = new GrowingPause(STOPS, CALM);
    private Instant lastCommit = clock.instant();
    private Instant stoppedUntil = Instant.MIN;

    /** Whether positions are ahead of what is committed. */
    boolean moved;

    Positions(Consumer<byte[], byte[]> consumer, Courier courier) {
      this.consumer = consumer;
      this.courier = courier;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
      joined = true;
      fresh.addAll(partitions);
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      commit();
      forget(partitions);
    }

    @Override
    public void onPartitionsLost(Collection<TopicPartition> partitions) {
      forget(partitions);
    }

    /** Notes a failure: what was read last may not be settled, so no position may pass it. */
    void abandon() {
      moved = false;
    }

    /**
     * Reads nothing for a while, then again what is not committed: nothing of it was settled.
     *
     * @return for how long
     */
    Duration stop() {
      Instant now = clock.instant();
      Duration length = stops.after(now);
      stoppedUntil = now.plus(length);
      goBack();
      return length;
    }

    /**
     * Returns whether nothing is to be read now. Pauses new partitions too, or reads on with all.
     */
    boolean stopped() {
      boolean stopped = clock.instant().isBefore(stoppedUntil);
      if (stopped) {
        consumer.pause(consumer.assignment());
      } else {
        consumer.resume(consumer.paused());
      }
      return stopped;
    }

    /** Leaves for later what came of partitions that were assigned during a stop. */
    void giveBack(ConsumerRecords<byte[], byte[]> records) {
      if (!records.isEmpty()) {
        goBack();
      }
    }

    private void goBack() {
      abandon();
      Set<TopicPartition> all = Set.copyOf(consumer.assignment());
      courier.leave(all);
      fresh.addAll(all);
      Map<TopicPartition, OffsetAndMetadata> committed = consumer.committed(all);
      for (TopicPartition partition : all) {
        OffsetAndMetadata position = committed.get(partition);
        if (position == null) {
          consumer.seekToBeginning(Set.of(partition));
        } else {
          consumer.seek(partition, position.offset());
        }
      }
    }

    private void forget(Collection<TopicPartition> partitions) {
      fresh.removeAll(partitions);
      courier.leave(partitions);
    }

    /** Learns what the last owners of new partitions held. */
    void takeUp() {
      if (fresh.isEmpty()) {
        return;
      }
      consumer
          .committed(Set.copyOf(fresh))
          .forEach(
              (partition, committed) -> {
                if (committed != null) {
                  courier.restore(partition, committed.offset(), committed.metadata());
                }
              });
      fresh.clear();
    }

    void commitIfDue() {
      if (moved && clock.instant().isAfter(lastCommit.plus(COMMIT_EVERY))) {
        commit();
      }
    }

    /** Commits past results that needed nothing; reading those again would do no harm. */
    private void commit() {
      Set<TopicPartition> known = new HashSet<>(consumer.assignment());
      known.removeAll(fresh);
      if (!moved || known.isEmpty()) {
        return;
      }
      Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>();
      known.forEach(partition -> all.put(partition, courier.committed(partition)));
      lastCommit = clock.instant();
      try {
        consumer.commitSync(all);
        moved = false;
      } catch (CommitFailedException | RebalanceInProgressException e) {
        LOG.debug("Could not commit positions; trying again later", e);
      }
    }
  }
}
