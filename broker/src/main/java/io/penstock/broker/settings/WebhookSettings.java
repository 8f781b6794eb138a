package io.penstock.broker.settings;

import java.time.Duration;
import java.util.List;

/**
 * How webhooks are sent.
 *
 * @param allowedNetworks networks with addresses that are not public, such as {@code 10.0.0.0/8},
 *     to which webhooks may be sent all the same; empty: public addresses only
 * @param timeout how long a receiver may take to answer
 * @param retryFor how long a delivery is tried, with growing pauses, until it becomes a dead letter
 * @param deadLetterRetention how long dead letters are kept
 * @param maxEndpoints how many endpoints a tenant may have
 * @param maxPending how many deliveries of one endpoint are pending in each partition, and how many
 *     dead letters it keeps; beyond that new events become dead letters at once, and the oldest
 *     dead letters are dropped
 * @param maxConcurrent how many deliveries run at once in an instance
 * @param maxConcurrentPerTenant how many of them may be of one tenant
 * @param maxConcurrentPerHost how many of them may go to one host
 */
public record WebhookSettings(
    List<String> allowedNetworks,
    Duration timeout,
    Duration retryFor,
    Duration deadLetterRetention,
    int maxEndpoints,
    int maxPending,
    int maxConcurrent,
    int maxConcurrentPerTenant,
    int maxConcurrentPerHost) {

  private static final int MOST = 1_000_000;

  public static final WebhookSettings DEFAULT =
      new WebhookSettings(
          List.of(),
          Duration.ofSeconds(15),
          Duration.ofDays(1),
          Duration.ofDays(7),
          20,
          5_000,
          256,
          64,
          16);

  public WebhookSettings {
    allowedNetworks = List.copyOf(allowedNetworks);
    for (String each : allowedNetworks) {
      try {
        Network.of(each);
      } catch (IllegalArgumentException malformed) {
        throw new IllegalArgumentException("allowedNetworks: " + malformed.getMessage(), malformed);
      }
    }
    Bounds.require("timeout", timeout, Duration.ofMillis(10), Duration.ofMinutes(1));
    Bounds.require("retryFor", retryFor, Duration.ofSeconds(1), Duration.ofDays(7));
    Bounds.require(
        "deadLetterRetention", deadLetterRetention, Duration.ofMinutes(1), Duration.ofDays(365));
    Bounds.require("maxEndpoints", maxEndpoints, 1, 1_000);
    Bounds.require("maxPending", maxPending, 1, MOST);
    Bounds.require("maxConcurrent", maxConcurrent, 1, 10_000);
    Bounds.require("maxConcurrentPerTenant", maxConcurrentPerTenant, 1, 10_000);
    Bounds.require("maxConcurrentPerHost", maxConcurrentPerHost, 1, 10_000);
  }

  /** The networks that are allowed. */
  public List<Network> networks() {
    return allowedNetworks.stream().map(Network::of).toList();
  }

  /** The same with these networks allowed. */
  public WebhookSettings withAllowedNetworks(List<String> networks) {
    return new WebhookSettings(
        networks,
        timeout,
        retryFor,
        deadLetterRetention,
        maxEndpoints,
        maxPending,
        maxConcurrent,
        maxConcurrentPerTenant,
        maxConcurrentPerHost);
  }
}
