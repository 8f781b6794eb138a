package io.penstock.compose.bench.load;

import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/**
 * Keeps a number of requests in flight, and counts what comes back: what a system does at most.
 * Whoever reads the results calls {@link #arrived}.
 */
public final class ClosedLoop {

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final int inFlight;
  private final Semaphore room;
  private final AtomicLong arrived = new AtomicLong();

  public ClosedLoop(int inFlight) {
    this.inFlight = inFlight;
    this.room = new Semaphore(inFlight);
  }

  /** A result came; from any thread. */
  public void arrived() {
    arrived.incrementAndGet();
    room.release();
  }

  /**
   * Sends for a time and waits for what is in flight then.
   *
   * @param rampUp at the begin, not counted
   * @param send given each number, from 0
   * @return results per second after the ramp-up, until the sending ended
   * @throws IllegalStateException if results stay away
   */
  public double run(Duration rampUp, Duration time, LongConsumer send) throws InterruptedException {
    long begin = System.nanoTime();
    long countFrom = begin + rampUp.toNanos();
    long end = countFrom + time.toNanos();
    long arrivedBefore = -1;
    long number = 0;
    long now = begin;
    while (now < end) {
      awaitRoom();
      send.accept(number++);
      now = System.nanoTime();
      if (arrivedBefore < 0 && now >= countFrom) {
        arrivedBefore = arrived.get();
        countFrom = now;
      }
    }
    double perSecond = (arrived.get() - arrivedBefore) * 1e9 / (now - countFrom);
    for (int drained = 0; drained < inFlight; drained++) {
      awaitRoom();
    }
    return perSecond;
  }

  /** However many are in flight, only silence is a failure: a slow system drains slowly. */
  private void awaitRoom() throws InterruptedException {
    if (!room.tryAcquire(PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new IllegalStateException(
          "no result came for %d s; %d came before".formatted(PATIENCE.toSeconds(), arrived.get()));
    }
  }
}
