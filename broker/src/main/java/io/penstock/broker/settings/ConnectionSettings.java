package io.penstock.broker.settings;

import java.time.Duration;

/**
 * Bounds of what one connection may do. The largest body is {@code topics.maxRequestBytes}.
 *
 * @param maxHeaderBytes the most that all headers of a request may have together, in bytes
 * @param idle how long a connection may say nothing between requests
 * @param keepAlive how often a stream that waits sends a comment, so that nobody takes it for dead
 * @param maxStreamBytes how much of a stream is kept for a client that reads slowly, in bytes
 * @param requestGrace how long a client may take to send a request, before its pace counts
 * @param leastBytesPerSecond the average pace beyond the grace; who sends more slowly is cut off
 * @param answerWindow how often it is looked at how much a client has taken of an answer, while
 *     some of it waits
 * @param leastAnswerBytesPerSecond the average pace that it must reach in each window; who reads
 *     more slowly is cut off
 */
public record ConnectionSettings(
    int maxHeaderBytes,
    Duration idle,
    Duration keepAlive,
    int maxStreamBytes,
    Duration requestGrace,
    int leastBytesPerSecond,
    Duration answerWindow,
    int leastAnswerBytesPerSecond) {

  public static final ConnectionSettings DEFAULT =
      new ConnectionSettings(
          16 * 1024,
          Duration.ofMinutes(5),
          Duration.ofSeconds(10),
          4 * 1024 * 1024,
          Duration.ofSeconds(30),
          16 * 1024,
          Duration.ofMinutes(2),
          4 * 1024);

  public ConnectionSettings {
    Bounds.require("maxHeaderBytes", maxHeaderBytes, 1024, 1024 * 1024);
    Bounds.require("idle", idle, Duration.ofSeconds(1), Duration.ofHours(1));
    Bounds.require("keepAlive", keepAlive, Duration.ofMillis(10), Duration.ofMinutes(5));
    Bounds.require("maxStreamBytes", maxStreamBytes, 64 * 1024, 1024 * 1024 * 1024);
    Bounds.require("requestGrace", requestGrace, Duration.ofMillis(100), Duration.ofHours(1));
    Bounds.require("leastBytesPerSecond", leastBytesPerSecond, 1, 1024 * 1024 * 1024);
    Bounds.require("answerWindow", answerWindow, Duration.ofMillis(100), Duration.ofHours(1));
    Bounds.require("leastAnswerBytesPerSecond", leastAnswerBytesPerSecond, 1, 1024 * 1024 * 1024);
  }
}
