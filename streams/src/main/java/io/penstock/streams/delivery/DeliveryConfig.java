package io.penstock.streams.delivery;

import io.penstock.schemas.routing.DefaultReplyTopics;
import io.penstock.schemas.settings.Range;
import java.time.Duration;

/**
 * The settings of delivery, which copies results to reply topics. A contradiction stops start-up.
 *
 * @param replyTopics to which topics a tenant may have its results copied if its policy does not
 *     say; give score the same
 * @param sendTimeout how long a reply topic may take to accept a copy, 500 ms to 30 s; the others
 *     wait as long when it fails
 * @param patience how long results for a failing reply topic are kept for another try before they
 *     become dead letters, 10 s to 1 h
 * @param sessionTimeout how soon a dead instance's partitions move, 6 s to 5 min
 * @param transactionTimeout how long a dead instance's open transaction may hold readers of reply
 *     topics back, more than twice sendTimeout, at most 5 min
 * @param pollRecords results read at once, 1 to 10,000
 * @param fetchBytes bytes read at once, 64 KB to 256 MB; one larger result is read all the same
 */
public record DeliveryConfig(
    DefaultReplyTopics replyTopics,
    Duration sendTimeout,
    Duration patience,
    Duration sessionTimeout,
    Duration transactionTimeout,
    int pollRecords,
    int fetchBytes) {

  public static final DeliveryConfig DEFAULT =
      new DeliveryConfig(
          DefaultReplyTopics.STANDARD,
          Duration.ofSeconds(2),
          Duration.ofMinutes(2),
          Duration.ofSeconds(6),
          Duration.ofSeconds(10),
          500,
          8 * 1024 * 1024);

  public DeliveryConfig {
    Range.require("sendTimeout", sendTimeout, Duration.ofMillis(500), Duration.ofSeconds(30));
    Range.require("patience", patience, Duration.ofSeconds(10), Duration.ofHours(1));
    Range.require("sessionTimeout", sessionTimeout, Duration.ofSeconds(6), Duration.ofMinutes(5));
    Range.require(
        "transactionTimeout",
        transactionTimeout,
        sendTimeout.multipliedBy(2).plusMillis(1),
        Duration.ofMinutes(5));
    Range.require("pollRecords", pollRecords, 1, 10_000);
    Range.require("fetchBytes", fetchBytes, 64 * 1024, 256 * 1024 * 1024);
  }
}
