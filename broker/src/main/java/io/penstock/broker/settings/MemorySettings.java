package io.penstock.broker.settings;

/**
 * Bounds of what an instance keeps in memory.
 *
 * @param recentRequests of how many requests it remembers the status in each partition that it
 *     owns; older ones are found no more
 * @param maxWaiting how many requests may wait for an answer at once; more are refused with 503. A
 *     tenant may have three times as many as stay free, so three quarters at most; beyond that its
 *     requests are refused with 429
 * @param maxBodyBytes what the bodies of all calls in progress may take together, in bytes, and one
 *     tenant's half of it; more are refused with 503
 * @param maxAnswerBytes what answers may take together that clients have not read yet, in bytes,
 *     beyond 16 KiB of each. A tenant may have three times as many as stay free; whole answers
 *     beyond that are refused with 429, and streams end
 */
public record MemorySettings(
    int recentRequests, int maxWaiting, long maxBodyBytes, long maxAnswerBytes) {

  /**
   * About 10 MB for each partition, one for each thousand that wait, the bodies and the answers.
   */
  public static final MemorySettings DEFAULT =
      new MemorySettings(20_000, 10_000, 128L << 20, 128L << 20);

  public MemorySettings {
    Bounds.require("recentRequests", recentRequests, 100, 10_000_000);
    Bounds.require("maxWaiting", maxWaiting, 1, 1_000_000);
    Bounds.require("maxBodyBytes", maxBodyBytes, 1024 * 1024, 1L << 40);
    Bounds.require("maxAnswerBytes", maxAnswerBytes, 1024 * 1024, 1L << 40);
  }
}
