package io.penstock.workers.kafka;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Wakes one waiting thread. Several raises before the thread waits wake it once. */
public final class Signal {

  private static final Duration LONGEST = Duration.ofDays(1);

  private final Semaphore raised = new Semaphore(0);

  /** Wakes the waiting thread, and never waits itself. */
  public void raise() {
    if (raised.availablePermits() == 0) {
      raised.release();
    }
  }

  /**
   * Waits until raised, or until the time is over, or for a day.
   *
   * @return whether it was raised
   */
  public boolean await(Duration atMost) throws InterruptedException {
    Duration wait = atMost.compareTo(LONGEST) < 0 ? atMost : LONGEST;
    boolean was = raised.tryAcquire(Math.max(0, wait.toNanos()), TimeUnit.NANOSECONDS);
    if (was) {
      raised.drainPermits();
    }
    return was;
  }
}
