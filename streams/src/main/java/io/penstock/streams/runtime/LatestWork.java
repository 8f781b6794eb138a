package io.penstock.streams.runtime;

import java.time.Duration;

/**
 * Tells when somebody last had work to do, for others that give way to it. This class is
 * thread-safe.
 */
public final class LatestWork {

  private final long memoryNanos;
  private volatile long latest;
  private volatile boolean any;

  /**
   * Nobody had any yet.
   *
   * @param memory how long after the latest work more of it is expected
   */
  public LatestWork(Duration memory) {
    this.memoryNanos = memory.toNanos();
  }

  /**
   * There was work.
   *
   * @param nanoTime as of {@link System#nanoTime}
   */
  void came(long nanoTime) {
    latest = nanoTime;
    any = true;
  }

  /** Returns whether more is expected. */
  boolean isExpected(long nanoTime) {
    return any && nanoTime - latest <= memoryNanos;
  }
}
