package io.penstock.streams.runtime;

/**
 * Tells a processor whether the record in hand ends a batch, so that its effects should be
 * committed now rather than when the commit interval is over.
 */
@FunctionalInterface
public interface BatchEnd {

  /** Leaves the commits to the interval. */
  BatchEnd NEVER = () -> false;

  /**
   * Must be called once for each record processed, on the stream thread.
   *
   * @return whether nothing more waits to be processed by this thread
   */
  boolean reached();

  /**
   * This thread's partitions have changed, and with them what waits. Must be called on the stream
   * thread.
   */
  default void forget() {}
}
