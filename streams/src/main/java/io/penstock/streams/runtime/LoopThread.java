package io.penstock.streams.runtime;

import io.penstock.schemas.errors.FatalErrors;
import io.penstock.schemas.reading.RestartingThread;
import io.penstock.schemas.retry.GrowingPause;
import io.penstock.schemas.retry.PauseRule;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread of a job that is a loop. The thread runs the loop again after each failure, with
 * growing pauses, and tells the job's watch of the failures. A {@linkplain FatalErrors fatal} error
 * ends the thread. This class is thread-safe.
 */
public final class LoopThread {

  private static final Logger LOG = LoggerFactory.getLogger(LoopThread.class);
  private static final PauseRule PAUSES =
      new PauseRule(Duration.ofMillis(500), Duration.ofSeconds(15));
  private static final Duration CALM = Duration.ofSeconds(30);

  private final String job;
  private final JobWatch watch;
  private final RestartingThread thread;

  /**
   * @param job such as {@code control}, for the log and the thread's name
   * @param loop runs until {@link #stopped}, and calls {@link #progressed} as it gets on
   * @param watch hears of progress and failures
   */
  public LoopThread(String job, Runnable loop, JobWatch watch, InstantSource clock) {
    this(job, loop, watch, clock, new GrowingPause(PAUSES, CALM));
  }

  LoopThread(String job, Runnable loop, JobWatch watch, InstantSource clock, GrowingPause pause) {
    this.job = job;
    this.watch = watch;
    this.thread = new RestartingThread("penstock-" + job, loop, this::shouldRestart, pause, clock);
  }

  public void start() {
    watch.loopBegins();
    thread.start();
  }

  /** Returns whether the loop is to end. */
  public boolean stopped() {
    return thread.stopped();
  }

  /** Says that the loop has done all it had to do in one turn. */
  public void progressed() {
    watch.loopTurned();
  }

  /**
   * Returns why the loop does not run or is stalled, as the end of a sentence that begins with the
   * job.
   */
  public Optional<String> problem() {
    return thread.isAlive() ? watch.problem() : Optional.of("its thread does not run");
  }

  /** Returns why the loop has ended for good, if it was not stopped. */
  public Optional<String> failure() {
    return thread.hasDied() ? Optional.of("has ended after an error") : Optional.empty();
  }

  /**
   * Stops the loop, and returns when the thread has ended, or after the timeout.
   *
   * @param wake ends what the loop may be waiting for; a wake-up is no failure
   */
  public void stop(Runnable wake, Duration timeout) {
    thread.stop(wake, timeout);
  }

  private boolean shouldRestart(Throwable failure) {
    if (FatalErrors.isFatal(failure)) {
      LOG.error("{}: the process is damaged and the job ends; restart it", job, failure);
      return false;
    }
    watch.threadFailed(failure);
    return true;
  }
}
