package io.penstock.workers.engine.simulated;

import io.penstock.workers.engine.EngineListener;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.locks.LockSupport;

/**
 * One request's wait. The thread that runs the request waits here and tells its listener; the
 * engine's thread only moves the state on.
 */
final class SimulatedCall {

  enum State {
    RUNNING,
    FIRST_TOKEN,
    FINISHED,
    FAULT,
    CLOSED
  }

  static final Duration NO_DEADLINE = Duration.ofDays(1);

  private final Thread runner = Thread.currentThread();
  private volatile State state = State.RUNNING;
  private volatile boolean firstToken;

  void firstToken() {
    firstToken = true;
    state = State.FIRST_TOKEN;
    LockSupport.unpark(runner);
  }

  void end(State end) {
    state = end;
    LockSupport.unpark(runner);
  }

  /**
   * Waits for the end or the deadline.
   *
   * @param pace how often to look for progress, a day at most
   * @param progress called after the first token, whenever there may be more
   * @return the end, or RUNNING or FIRST_TOKEN if the deadline came first
   */
  State await(
      Instant deadline,
      InstantSource clock,
      EngineListener listener,
      Duration pace,
      Runnable progress)
      throws InterruptedException {
    boolean told = false;
    while (true) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      State seen = state;
      if (firstToken && !told) {
        told = true;
        listener.firstToken();
        // The caller may have waited for a lock meanwhile and missed the wake-up.
        continue;
      }
      switch (seen) {
        case FINISHED, FAULT, CLOSED -> {
          return seen;
        }
        case RUNNING, FIRST_TOKEN -> {
          Duration left = Duration.between(clock.instant(), deadline);
          if (left.isNegative() || left.isZero()) {
            return seen;
          }
          if (told) {
            progress.run();
          }
          Duration wait = left.compareTo(pace) < 0 ? left : pace;
          LockSupport.parkNanos(this, wait.toNanos());
        }
      }
    }
  }
}
