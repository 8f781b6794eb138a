package io.penstock.broker.webhooks;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.webhooks.delivery.Outcome;
import io.penstock.broker.webhooks.delivery.Sender;
import io.penstock.broker.webhooks.delivery.WebhookEvent;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import io.penstock.broker.webhooks.sending.CheckedResolver;
import io.penstock.broker.webhooks.sending.RefusedAddressException;
import java.net.URI;
import java.net.UnknownHostException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.concurrent.Semaphore;

/** Tries receivers for tenants that wait for the answer. Safe for use by many threads. */
final class ReceiverProbe {

  private static final int AT_ONCE = 16;

  private final Sender sender;
  private final CheckedResolver resolver;
  private final InstantSource clock;
  private final Semaphore room = new Semaphore(AT_ONCE);

  ReceiverProbe(Sender sender, CheckedResolver resolver, InstantSource clock) {
    this.sender = sender;
    this.resolver = resolver;
    this.clock = clock;
  }

  /**
   * Refuses a URL whose host has no address to which webhooks may be sent. It is checked anew at
   * each attempt; this only tells the tenant early.
   *
   * @throws ApiException with 400
   */
  void requireReachable(URI url) {
    try {
      var _ = resolver.resolve(url.getHost());
    } catch (RefusedAddressException refused) {
      throw wrong("address_not_allowed", String.valueOf(refused.getMessage()));
    } catch (UnknownHostException unknown) {
      throw wrong("unknown_host", "the host %s has no address".formatted(url.getHost()));
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
    if (!room.tryAcquire()) {
      throw new ApiException(
          ApiError.unavailable(
              "Too many webhook endpoints are being tested; try again in a moment.",
              Duration.ofSeconds(5)));
    }
    try {
      return sender.send(endpoint, event, clock.instant());
    } finally {
      room.release();
    }
  }
}
