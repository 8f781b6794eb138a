package io.penstock.workers.capacity;

import java.time.Duration;

/**
 * Learns how many requests at once an engine can take that does not report its load.
 * Implementations are thread-safe.
 */
public interface ConcurrencyLimit {

  /** Requests at once, 1 or more. */
  int limit();

  /**
   * Learns from a finished run.
   *
   * @param duration how long it took per unit of work; above zero
   * @param inFlight how many ran when it began, itself included
   * @param overloaded whether the engine refused it or did not answer in time
   */
  void sample(Duration duration, int inFlight, boolean overloaded);
}
