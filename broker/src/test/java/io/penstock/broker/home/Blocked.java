package io.penstock.broker.home;

import java.util.concurrent.CountDownLatch;

/** Waits for threads that wait for each other. */
public final class Blocked {

  private Blocked() {}

  /** Returns once the other thread waits for its turn, or has not waited for it and ended. */
  public static void await(CountDownLatch changing, Thread other) {
    try {
      changing.await();
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    while (other.getState() != Thread.State.TIMED_WAITING
        && other.getState() != Thread.State.TERMINATED) {
      Thread.onSpinWait();
    }
  }
}
