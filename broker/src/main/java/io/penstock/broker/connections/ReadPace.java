package io.penstock.broker.connections;

import java.time.Duration;

/**
 * How slowly a client may send a request. It has some time to begin with, and more for each byte
 * that it sends, so that a slow line may carry a large file, and a client that trickles bytes to
 * hold a connection may not.
 *
 * @param grace how long a client may take for nothing
 * @param leastBytesPerSecond the average that it must reach beyond the grace, 1 or more
 */
public record ReadPace(Duration grace, long leastBytesPerSecond) {

  /**
   * How long a client that has sent so much may still take until it counts as too slow; zero or
   * less if it is.
   *
   * @param elapsed since the request began
   * @param bytes that have come
   */
  public Duration left(Duration elapsed, long bytes) {
    return grace.plusMillis(bytes * 1000 / leastBytesPerSecond).minus(elapsed);
  }
}
