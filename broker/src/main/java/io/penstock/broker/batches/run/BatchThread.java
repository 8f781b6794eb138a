package io.penstock.broker.batches.run;

import io.penstock.broker.batches.lifecycle.Batch;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.ResultRecord;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Steps a runner whenever there is something to do, until the batch has ended or moved away. */
final class BatchThread {

  private static final Logger LOG = LoggerFactory.getLogger(BatchThread.class);

  /** Deadlines and checkpoints are looked at this often. */
  private static final Duration IDLE = Duration.ofMillis(250);

  private static final Duration AFTER_FAILURE = Duration.ofSeconds(1);

  /** Results that come together are worked off together. */
  private static final Duration GATHER = Duration.ofMillis(10);

  private final BatchRunner runner;
  private final InstantSource clock;
  private final Runnable ended;
  private final Thread thread;
  private final Semaphore news = new Semaphore(0);

  /** What does not wait while the batch rests after a failure. */
  private final Semaphore wishes = new Semaphore(0);

  private volatile boolean stopped;

  /** Why the latest step failed; null if it did not. */
  private volatile @Nullable Exception failing;

  /**
   * @param ended is run once the batch has ended
   */
  BatchThread(BatchRunner runner, InstantSource clock, Runnable ended) {
    this.runner = runner;
    this.clock = clock;
    this.ended = ended;
    this.thread =
        Thread.ofVirtual().name("penstock-" + runner.batch().order().id()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Ends it soon, with the batch as its last checkpoint has it. */
  void stop() {
    stopped = true;
    runner.leave();
    wish();
  }

  /** Waits until it does no more. */
  void awaitEnd(Duration most) throws InterruptedException {
    thread.join(most);
  }

  void deliver(ResultRecord result) {
    runner.deliver(result);
    news.release();
  }

  /** Others may wait for the same wish for longer. */
  CompletableFuture<Batch> cancel(Duration most) {
    CompletableFuture<Batch> cancelled = runner.cancel().copy();
    wish();
    return cancelled
        .orTimeout(most.toMillis(), TimeUnit.MILLISECONDS)
        .exceptionallyCompose(failed -> CompletableFuture.failedFuture(reason(failed)));
  }

  private void wish() {
    wishes.release();
    news.release();
  }

  private Throwable reason(Throwable failed) {
    Exception known = failing;
    return failed instanceof TimeoutException && known != null ? known : failed;
  }

  BatchCoordinator.Shown shown(Instant now) {
    return new BatchCoordinator.Shown(runner.batch(), runner.completion(now));
  }

  private void run() {
    try {
      while (!stopped && !runner.isDone()) {
        pause(step());
      }
      if (runner.isDone()) {
        ended.run();
      }
    } catch (HomeLostException lost) {
      LOG.info("Batch {} goes on at another instance", runner.batch().order().id());
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    } finally {
      close();
    }
  }

  /** How long to wait for news before the next step. */
  private Duration step() {
    try {
      boolean more = runner.step(clock.instant());
      failing = null;
      return more ? Duration.ZERO : IDLE;
    } catch (HomeLostException lost) {
      throw lost;
    } catch (IOException | RuntimeException failed) {
      failing = failed;
      LOG.warn("Batch {} tries again soon", runner.batch().order().id(), failed);
      return AFTER_FAILURE;
    }
  }

  /**
   * After a failure, results end no pause: they may come by the hundred in a second, and each would
   * repeat what failed.
   */
  private void pause(Duration most) throws InterruptedException {
    if (failing != null) {
      boolean _ = wishes.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS);
    } else if (most.isPositive() && news.tryAcquire(most.toMillis(), TimeUnit.MILLISECONDS)) {
      Thread.sleep(GATHER);
    }
    news.drainPermits();
    wishes.drainPermits();
  }

  private void close() {
    try {
      runner.close();
    } catch (IOException failed) {
      LOG.debug("Cannot close the input file", failed);
    }
  }
}
