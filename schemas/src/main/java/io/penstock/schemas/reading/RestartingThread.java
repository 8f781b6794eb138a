package io.penstock.schemas.reading;

import io.penstock.schemas.retry.GrowingPause;
import io.penstock.schemas.text.Printable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A daemon thread that runs a loop again after it has failed. It logs each failure, pauses, longer
 * each time, and makes the next attempt. A {@link WakeupException} is no failure. An interrupt ends
 * the thread. This class is thread-safe.
 */
public final class RestartingThread {

  private static final Logger LOG = LoggerFactory.getLogger(RestartingThread.class);

  private final Runnable loop;
  private final Predicate<Throwable> shouldRestart;
  private final GrowingPause pause;
  private final InstantSource clock;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread;

  /**
   * @param loop runs until {@link #stopped}
   * @param shouldRestart hears of each failure on this thread, and says whether another attempt
   *     follows; where none does, the failure is thrown on
   * @param pause of the loop's own thread: the loop may reset it
   */
  public RestartingThread(
      String name,
      Runnable loop,
      Predicate<Throwable> shouldRestart,
      GrowingPause pause,
      InstantSource clock) {
    this.loop = loop;
    this.shouldRestart = shouldRestart;
    this.pause = pause;
    this.clock = clock;
    this.thread = Thread.ofPlatform().name(name).daemon().unstarted(this::run);
  }

  public void start() {
    thread.start();
  }

  /** Returns whether the thread was asked to end. */
  public boolean stopped() {
    return stopping.getCount() == 0;
  }

  public boolean isAlive() {
    return thread.isAlive();
  }

  /** Returns whether nobody has started it yet. */
  public boolean isNew() {
    return thread.getState() == Thread.State.NEW;
  }

  /** Returns whether the thread has ended although nobody asked it to. Nothing starts it again. */
  public boolean hasDied() {
    return thread.getState() == Thread.State.TERMINATED && !stopped();
  }

  /**
   * Asks the thread to end and does not wait.
   *
   * @param wake ends what the loop may be waiting for
   */
  public void stop(Runnable wake) {
    stopping.countDown();
    wake.run();
  }

  /** Asks the thread to end, and returns when it has ended, or after the timeout. */
  public void stop(Runnable wake, Duration timeout) {
    stop(wake);
    try {
      if (thread.isAlive()) {
        thread.join(timeout);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean another = true;
    while (another && !stopped()) {
      try {
        loop.run();
      } catch (WakeupException e) {
        LOG.debug("{}: woken", thread.getName(), e);
      } catch (InterruptException e) {
        LOG.warn("{} was interrupted and ends", thread.getName());
        another = false;
      } catch (RuntimeException | Error e) {
        if (!shouldRestart.test(e)) {
          throw e;
        }
        another = !stopped() && pauseAfter(e);
      }
    }
  }

  /** Returns whether the thread goes on after the pause. */
  private boolean pauseAfter(Throwable failure) {
    Duration length = pause.after(clock.instant());
    log(failure, length);
    try {
      return !stopping.await(length.toNanos(), TimeUnit.NANOSECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** An {@link Error} is logged with its stack, what Kafka or the network do without. */
  private void log(Throwable failure, Duration pause) {
    if (failure instanceof Error) {
      LOG.error("{} failed and tries again in {} ms", thread.getName(), pause.toMillis(), failure);
    } else {
      LOG.warn(
          "{} failed and tries again in {} ms: {}",
          thread.getName(),
          pause.toMillis(),
          Printable.of(String.valueOf(failure)));
      LOG.debug("Cause of the failure of {}", thread.getName(), failure);
    }
  }
}
