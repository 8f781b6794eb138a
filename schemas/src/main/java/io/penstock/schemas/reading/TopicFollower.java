package io.penstock.schemas.reading;

import io.penstock.schemas.cluster.ClusterConnection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows compacted topics on a thread of its own, from their beginning.
 *
 * <ul>
 *   <li>All entries reach the topics' followers, and all signals the listener, on that one thread,
 *       each partition in its order. Only committed records are read.
 *   <li>{@link Listener#upToDate} says when everything that the topics held at the beginning was
 *       passed, and again after later changes.
 *   <li>The follower keeps positions and no entries, and fetches a bounded number of bytes. Memory
 *       is what its followers keep.
 *   <li>After a failure it goes on where it stood, with another consumer, after pauses that grow.
 *       When that place is lost or an {@link Error} may have interrupted a follower midway, it
 *       calls {@link Listener#beginning} and passes everything again.
 *   <li>{@link #close} wakes the thread and waits for it for a few seconds. Nothing is passed after
 *       it has ended.
 * </ul>
 */
public final class TopicFollower implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(TopicFollower.class);

  /** Nothing but a record or a wake-up ends a poll. */
  private static final Duration POLL = Duration.ofMinutes(1);

  private static final int FETCH_BYTES = 8 * 1024 * 1024;

  /** Hears how far the follower is, on its thread. */
  public interface Listener {

    /**
     * All entries come from the beginning. What was passed before counts no longer; keep showing it
     * until {@link #upToDate}.
     */
    void beginning();

    /** Says that all entries of the topics were passed, once for all changes that came together. */
    void upToDate();
  }

  private final TableReader reader;
  private final Listener listener;
  private final ConsumerLoop<String> loop;
  private volatile boolean caughtUp;

  /**
   * @param name of the thread
   * @param consumers makes consumers as {@link #consumers} does
   */
  public TopicFollower(
      String name,
      Supplier<? extends Consumer<String, byte[]>> consumers,
      List<FollowedTopic<?>> topics,
      Listener listener) {
    this.reader = new TableReader(topics);
    this.listener = listener;
    this.loop = new ConsumerLoop<>(name, consumers, new Following(), () -> {});
  }

  /** Makes the consumers that a follower reads with. */
  public static Supplier<Consumer<String, byte[]>> consumers(
      ClusterConnection connection, String clientId) {
    return () ->
        CommittedReads.consumer(
            connection,
            clientId,
            new StringDeserializer(),
            Map.of("auto.offset.reset", "none", "fetch.max.bytes", FETCH_BYTES));
  }

  public void start() {
    loop.start();
  }

  /** Returns whether the thread works, or has not been started yet, or was asked to end. */
  public boolean healthy() {
    return loop.healthy();
  }

  /** Returns whether the thread has ended although nobody asked it to. Nothing starts it again. */
  public boolean hasDied() {
    return loop.hasDied();
  }

  /**
   * Returns whether the entries have been whole once and none is being read anew. What came since
   * then is passed within moments while Kafka answers.
   */
  public boolean caughtUp() {
    return caughtUp;
  }

  /** Asks the thread to end and does not wait. */
  public void stop() {
    loop.stop();
  }

  @Override
  public void close() {
    loop.close();
  }

  private final class Following implements ConsumerLoop.Reader<String> {

    private List<TopicPartition> partitions = List.of();
    private boolean changed;

    @Override
    public void open(Consumer<String, byte[]> consumer) {
      partitions = reader.partitions(consumer);
      consumer.assign(partitions);
      if (reader.hasBegun()) {
        reader.resume(consumer);
      } else {
        begin(consumer);
      }
      tellIfWhole(consumer);
    }

    private void begin(Consumer<String, byte[]> consumer) {
      caughtUp = false;
      changed = true;
      listener.beginning();
      reader.rewind(consumer, partitions);
    }

    @Override
    public void turn(Consumer<String, byte[]> consumer) {
      try {
        changed |= reader.turn(consumer, POLL);
      } catch (InvalidOffsetException e) {
        LOG.warn(
            "The position in the topics is lost; reading them from the beginning: {}",
            e.getMessage());
        begin(consumer);
      } catch (WakeupException e) {
        // The loop checks whether to go on.
        return;
      }
      tellIfWhole(consumer);
    }

    private void tellIfWhole(Consumer<String, byte[]> consumer) {
      if (changed && reader.caughtUp(consumer)) {
        changed = false;
        caughtUp = true;
        listener.upToDate();
      }
    }

    @Override
    public void failed(Throwable failure) {
      if (failure instanceof Error || failure instanceof InvalidOffsetException) {
        reader.forget();
      }
    }
  }
}
