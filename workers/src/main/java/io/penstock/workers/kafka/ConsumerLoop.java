package io.penstock.workers.kafka;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that owns a consumer: it makes one, hands it to the reader turn by turn, and after an
 * error closes it and makes another, with growing waits. An {@link Error}, such as a lack of
 * memory, may have struck the reader anywhere: the loop is not healthy until another consumer is
 * open, and then calls its owner. Only {@link #stop()} and {@link #close()} may be called from
 * other threads.
 */
public final class ConsumerLoop implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ConsumerLoop.class);
  private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration FIRST_WAIT = Duration.ofMillis(100);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(5);

  /** Uses the consumer. */
  public interface Reader {

    /** Prepares a new consumer: assigns and seeks. */
    void open(Consumer<String, byte[]> consumer);

    /**
     * Polls once and handles the records. It may wait, and may end early with a {@link
     * WakeupException}.
     */
    void turn(Consumer<String, byte[]> consumer);

    /**
     * Another thread asks the loop to end. From now on the reader waits for nothing but the
     * consumer.
     */
    default void closing() {}
  }

  private final Supplier<Consumer<String, byte[]>> consumers;
  private final Reader reader;
  private final Runnable recovered;
  private final Thread thread;
  private final CountDownLatch closing = new CountDownLatch(1);
  private volatile @Nullable Consumer<String, byte[]> current;
  private volatile boolean struck;

  /**
   * @param recovered runs on the loop's thread when the loop goes on after an {@link Error}: what
   *     the reader had in hand may be lost
   */
  public ConsumerLoop(
      String threadName,
      Supplier<Consumer<String, byte[]>> consumers,
      Reader reader,
      Runnable recovered) {
    this.consumers = consumers;
    this.reader = reader;
    this.recovered = recovered;
    this.thread = Thread.ofPlatform().daemon().name(threadName).unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** Whether the thread runs and works, or has not been started yet, or was asked to end. */
  public boolean healthy() {
    return (thread.isAlive() && !struck)
        || thread.getState() == Thread.State.NEW
        || closing.getCount() == 0;
  }

  private void wakeup() {
    Consumer<String, byte[]> consumer = current;
    if (consumer != null) {
      consumer.wakeup();
    }
  }

  /** Asks the thread to end and does not wait. */
  public void stop() {
    closing.countDown();
    reader.closing();
    wakeup();
  }

  /** Asks the thread to end and waits a few seconds for it. */
  @Override
  public void close() {
    stop();
    try {
      thread.join(CLOSE_TIMEOUT.multipliedBy(2));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT);
    boolean open = true;
    while (open) {
      try {
        serve(backoff);
        open = closing.getCount() > 0;
      } catch (InterruptException e) {
        LOG.warn("{} was interrupted and ends", thread.getName());
        open = false;
      } catch (RuntimeException e) {
        open = waitAfter(e, backoff.next());
      } catch (Error e) {
        struck = true;
        LOG.error("{} failed", thread.getName(), e);
        open = waitAfter(e, backoff.next());
      }
    }
  }

  private void serve(Backoff backoff) {
    Consumer<String, byte[]> consumer = consumers.get();
    current = consumer;
    try {
      reader.open(consumer);
      if (struck) {
        recovered.run();
        struck = false;
      }
      while (closing.getCount() > 0) {
        reader.turn(consumer);
        backoff.reset();
      }
    } catch (WakeupException e) {
      if (closing.getCount() > 0) {
        throw new KafkaException("woken while opening", e);
      }
    } finally {
      current = null;
      closeQuietly(consumer);
    }
  }

  private boolean waitAfter(Throwable cause, Duration wait) {
    if (closing.getCount() == 0) {
      return false;
    }
    LOG.warn(
        "{} connects again in {} ms after {}", thread.getName(), wait.toMillis(), cause.toString());
    LOG.debug("The cause", cause);
    try {
      return !closing.await(wait.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void closeQuietly(Consumer<String, byte[]> consumer) {
    try {
      consumer.close(CloseOptions.timeout(CLOSE_TIMEOUT));
    } catch (RuntimeException e) {
      LOG.debug("{} could not close its consumer", thread.getName(), e);
    }
  }
}
