package io.penstock.broker.webhooks;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.webhooks.delivery.Outcome;
import io.penstock.broker.webhooks.delivery.Sender;
import io.penstock.broker.webhooks.delivery.WebhookEvent;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import io.penstock.broker.webhooks.sending.RefusedAddressException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;

/**
 * Tries receivers for tenants that wait for the answer. Tenants choose the hosts, so a name server
 * or a receiver may take its time: only so many are tried at once, and fewer for one tenant. Safe
 * for use by many threads.
 */
final class ReceiverProbe {

  static final int AT_ONCE = 16;
  static final int AT_ONCE_PER_TENANT = 4;

  private static final Duration RETRY_AFTER = Duration.ofSeconds(5);

  /** Finds the addresses of a host to which webhooks may be sent. Blocks. */
  interface Resolver {
    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  private final Sender sender;
  private final Resolver resolver;
  private final InstantSource clock;

  /** How many are being tried, by tenant. */
  private final Map<String, Integer> tried = new HashMap<>();

  ReceiverProbe(Sender sender, Resolver resolver, InstantSource clock) {
    this.sender = sender;
    this.resolver = resolver;
    this.clock = clock;
  }

  /**
   * Refuses a URL whose host has no address to which webhooks may be sent. It is checked anew at
   * each attempt; this only tells the tenant early.
   *
   * @throws ApiException with 400, or with 503 if too many are being tried
   */
  void requireReachable(String tenant, URI url) {
    begin(tenant);
    try {
      var _ = resolver.resolve(url.getHost());
    } catch (RefusedAddressException refused) {
      throw wrong("address_not_allowed", String.valueOf(refused.getMessage()));
    } catch (UnknownHostException unknown) {
      throw wrong("unknown_host", "the host %s has no address".formatted(url.getHost()));
    } finally {
      end(tenant);
    }
  }

  private static ApiException wrong(String code, String fault) {
    return new ApiException(ApiError.invalid("url", code, "url is wrong: %s.".formatted(fault)));
  }

  /**
   * Sends an event once.
   *
   * @throws ApiException with 503 if too many are being tried
   */
  Outcome send(WebhookEndpoint endpoint, WebhookEvent event) {
    begin(endpoint.tenant());
    try {
      return sender.send(endpoint, event, clock.instant());
    } finally {
      end(endpoint.tenant());
    }
  }

  private synchronized void begin(String tenant) {
    int all = tried.values().stream().mapToInt(Integer::intValue).sum();
    if (all >= AT_ONCE || tried.getOrDefault(tenant, 0) >= AT_ONCE_PER_TENANT) {
      throw new ApiException(
          ApiError.unavailable(
              "Too many webhook endpoints are being tried; try again in a moment.", RETRY_AFTER));
    }
    tried.merge(tenant, 1, Integer::sum);
  }

  private synchronized void end(String tenant) {
    tried.computeIfPresent(tenant, (_, count) -> count == 1 ? null : count - 1);
  }
}
