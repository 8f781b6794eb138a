package io.penstock.workers.kafka;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Computes the waits between attempts: each is twice as long as the one before, up to a limit. */
public final class Backoff {

  /** Doubling more often than this exceeds any limit in use, and must not overflow. */
  private static final int MAX_DOUBLINGS = 20;

  private final Duration first;
  private final Duration last;
  private int failures;

  public Backoff(Duration first, Duration last) {
    this.first = first;
    this.last = last;
  }

  /**
   * The wait after so many failures in a row, without jitter.
   *
   * @param failures 1 or more; 0 counts as 1
   */
  public static Duration after(int failures, Duration first, Duration last) {
    Duration wait = first.multipliedBy(1L << Math.clamp(failures - 1L, 0, MAX_DOUBLINGS));
    return wait.compareTo(last) < 0 ? wait : last;
  }

  /** How long to wait after one more failure, with jitter: half of the step to the whole. */
  public Duration next() {
    failures = Math.min(failures + 1, MAX_DOUBLINGS);
    long step = after(failures, first, last).toMillis();
    return Duration.ofMillis(step / 2 + ThreadLocalRandom.current().nextLong(step / 2 + 1));
  }

  /** An attempt succeeded: the next wait is the first again. */
  public void reset() {
    failures = 0;
  }
}
