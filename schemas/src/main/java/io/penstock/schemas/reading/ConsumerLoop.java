package io.penstock.schemas.reading;

import io.penstock.schemas.retry.GrowingPause;
import io.penstock.schemas.retry.PauseRule;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns a consumer: it makes one, hands it to the reader turn by turn, and after an
 * error closes it and makes another. The pauses grow until a turn succeeds. An {@link Error}, such
 * as a lack of memory, may have interrupted the reader anywhere: the loop is not healthy until
 * another consumer is open, and then calls its owner. Only {@link #stop()} and {@link #close()} may
 * be called from other threads.
 *
 * @param <K> the records' keys
 */
public final class ConsumerLoop<K> implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ConsumerLoop.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
  private static final PauseRule PAUSES =
      new PauseRule(Duration.ofMillis(100), Duration.ofSeconds(5));
  private static final Duration CALM = Duration.ofSeconds(10);

  /**
   * Uses the consumer, on the loop's thread.
   *
   * @param <K> the records' keys
   */
  public interface Reader<K> {

    /** Prepares a new consumer: assigns and seeks. */
    void open(Consumer<K, byte[]> consumer);

    /**
     * Polls once and handles the records. It may wait, and may end early with a {@link
     * WakeupException}.
     */
    void turn(Consumer<K, byte[]> consumer);

    /** Something failed; another consumer will be opened unless the loop is to end. */
    default void failed(Throwable failure) {}

    /**
     * Another thread asks the loop to end. From now on the reader waits for nothing but the
     * consumer. The one method that is called by another thread.
     */
    default void closing() {}
  }

  private final Supplier<? extends Consumer<K, byte[]>> consumers;
  private final Reader<K> reader;
  private final Runnable recovered;
  private final RestartingThread thread;
  private volatile @Nullable Consumer<K, byte[]> current;
  private final GrowingPause pause;
  private volatile boolean recovering;

  /**
   * @param recovered runs on the loop's thread when the loop goes on after an {@link Error}: what
   *     the reader had in hand may be lost
   */
  public ConsumerLoop(
      String threadName,
      Supplier<? extends Consumer<K, byte[]>> consumers,
      Reader<K> reader,
      Runnable recovered) {
    this(
        threadName,
        consumers,
        reader,
        recovered,
        GrowingPause.jittered(PAUSES, CALM, RandomGenerator.getDefault()));
  }

  ConsumerLoop(
      String threadName,
      Supplier<? extends Consumer<K, byte[]>> consumers,
      Reader<K> reader,
      Runnable recovered,
      GrowingPause pause) {
    this.pause = pause;
    this.consumers = consumers;
    this.reader = reader;
    this.recovered = recovered;
    this.thread =
        new RestartingThread(threadName, this::serve, this::failed, pause, InstantSource.system());
  }

  public void start() {
    thread.start();
  }

  /**
   * Returns whether the thread runs and works, or has not been started yet, or was asked to end.
   */
  public boolean healthy() {
    return (thread.isAlive() && !recovering) || thread.isNew() || thread.stopped();
  }

  /** Returns whether the thread has ended although nobody asked it to. Nothing starts it again. */
  public boolean hasDied() {
    return thread.hasDied();
  }

  /** Asks the thread to end and does not wait. */
  public void stop() {
    thread.stop(this::wake);
  }

  /** Asks the thread to end and waits a few seconds for it. */
  @Override
  public void close() {
    thread.stop(this::wake, CLOSE_TIMEOUT.multipliedBy(2));
  }

  private void wake() {
    reader.closing();
    Consumer<K, byte[]> consumer = current;
    if (consumer != null) {
      consumer.wakeup();
    }
  }

  private boolean failed(Throwable failure) {
    if (failure instanceof Error) {
      recovering = true;
    }
    reader.failed(failure);
    return true;
  }

  private void serve() {
    Consumer<K, byte[]> consumer = consumers.get();
    current = consumer;
    try {
      reader.open(consumer);
      if (recovering) {
        recovered.run();
        recovering = false;
      }
      while (!thread.stopped()) {
        reader.turn(consumer);
        pause.reset();
      }
    } finally {
      current = null;
      closeQuietly(consumer);
    }
  }

  private static void closeQuietly(Consumer<?, ?> consumer) {
    try {
      consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    } catch (RuntimeException e) {
      LOG.debug("Could not close a consumer", e);
    }
  }
}
