package io.penstock.broker.batches.lifecycle;

import java.time.Duration;

/**
 * Requests that were answered, and how long a worker had them.
 *
 * @param count how many
 * @param seconds that workers had them, all together
 * @param squaredSeconds the sum of the squares of these times
 */
public record Served(int count, double seconds, double squaredSeconds) {

  public static final Served NONE = new Served(0, 0, 0);

  /**
   * These and one more.
   *
   * @param service from its lease to its end; one below zero, as two clocks may tell, counts as 0
   */
  public Served plus(Duration service) {
    double more = Math.max(0, service.toNanos() / 1e9);
    return new Served(count + 1, seconds + more, squaredSeconds + more * more);
  }
}
