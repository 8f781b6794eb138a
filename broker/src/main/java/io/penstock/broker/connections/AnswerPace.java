package io.penstock.broker.connections;

import java.time.Duration;

/**
 * How slowly a client may read. While a part of an answer waits for it, it must take something in
 * each window.
 *
 * @param window how often it is looked at
 * @param leastBytesPerSecond the average that it must reach in each window, 1 or more
 */
public record AnswerPace(Duration window, long leastBytesPerSecond) {

  /**
   * Whether a client is too slow.
   *
   * @param bytes that it has taken in a window in which there always was more
   */
  public boolean isTooSlow(long bytes) {
    return bytes < Math.max(1, window.toMillis() * leastBytesPerSecond / 1000);
  }
}
