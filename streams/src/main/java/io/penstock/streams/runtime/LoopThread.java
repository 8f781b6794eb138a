package io.penstock.streams.runtime;

import io.penstock.schemas.errors.FatalErrors;
import io.penstock.schemas.text.Printable;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a job that is a loop. The thread runs the job's lives one after another: a life
 * lasts until the loop is stopped or something fails. After a failure the thread pauses, longer
 * each time, and begins the next life. A {@linkplain FatalErrors fatal} error ends the thread. Safe
 * for use by many threads.
 */
public final class LoopThread {

  private static final Logger LOG = LoggerFactory.getLogger(LoopThread.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
  private static final Duration CALM = LONGEST_PAUSE.multipliedBy(2);

  private final String job;
  private final Runnable life;
  private final JobWatch watch;
  private final InstantSource clock;
  private final GrowingPause pause;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private final Thread thread;

  /**
   * @param job such as {@code control}, for the log and the thread's name
   * @param life runs until {@link #stopped}, and calls {@link #progressed} as it gets on
   * @param watch hears of progress and failures
   */
  public LoopThread(String job, Runnable life, JobWatch watch, InstantSource clock) {
    this(job, life, watch, clock, new GrowingPause(FIRST_PAUSE, LONGEST_PAUSE, CALM));
  }

  LoopThread(String job, Runnable life, JobWatch watch, InstantSource clock, GrowingPause pause) {
    this.job = job;
    this.life = life;
    this.watch = watch;
    this.clock = clock;
    this.pause = pause;
    this.thread = Thread.ofPlatform().name("penstock-" + job).daemon().unstarted(this::run);
  }

  public void start() {
    watch.loopBegins();
    thread.start();
  }

  /** Whether the loop is to end. */
  public boolean stopped() {
    return stopping.getCount() == 0;
  }

  /** Says that the loop has done all it had to do in one turn. */
  public void progressed() {
    watch.loopTurned();
  }

  /** Why the loop does not run or is stalled, as the end of a sentence that begins with the job. */
  public Optional<String> problem() {
    return thread.isAlive() ? watch.problem() : Optional.of("its thread does not run");
  }

  /**
   * Stops the loop, and returns when the thread has ended, or after the timeout.
   *
   * @param wake ends what the life may be waiting for; a {@link WakeupException} is no failure
   */
  public void stop(Runnable wake, Duration timeout) {
    stopping.countDown();
    wake.run();
    try {
      if (thread.isAlive()) {
        thread.join(timeout);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    boolean goesOn = true;
    while (goesOn && !stopped()) {
      try {
        life.run();
      } catch (WakeupException e) {
        LOG.debug("{}: woken", job, e);
      } catch (RuntimeException | Error e) {
        if (FatalErrors.isFatal(e)) {
          LOG.error("{}: the process is damaged and the job ends; restart it", job, e);
          throw e;
        }
        goesOn = !stopped() && pauseAfter(e);
      }
    }
  }

  /** Returns whether the loop goes on after the pause. */
  private boolean pauseAfter(Throwable failure) {
    watch.threadFailed(failure);
    Duration length = pause.after(clock.instant());
    LOG.warn(
        "{}: the loop begins anew in {} ms after {}",
        job,
        length.toMillis(),
        Printable.of(String.valueOf(failure)));
    LOG.debug("{}: the cause", job, failure);
    try {
      return !stopping.await(length.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
