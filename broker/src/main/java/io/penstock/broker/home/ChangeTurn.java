package io.penstock.broker.home;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Lets changes that wait for the log take turns, and nobody wait for its turn for too long. */
public final class ChangeTurn {

  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration PAUSE = Duration.ofSeconds(2);

  private final ReentrantLock lock = new ReentrantLock(true);
  private final Duration patience;

  /** A change. */
  @FunctionalInterface
  public interface Change<T> {
    T make() throws InterruptedException;
  }

  public ChangeTurn() {
    this(PATIENCE);
  }

  /**
   * @param patience how long a change waits for its turn
   */
  ChangeTurn(Duration patience) {
    this.patience = patience;
  }

  /**
   * Makes a change in its turn.
   *
   * @throws ApiException with 503 if the turn has not come in time
   */
  public <T> T take(Change<T> change) throws InterruptedException {
    if (!lock.tryLock(patience.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new ApiException(
          ApiError.unavailable("Many other changes wait to be stored; try again soon.", PAUSE));
    }
    try {
      return change.make();
    } finally {
      lock.unlock();
    }
  }
}
