package io.penstock.broker.webhooks.delivery;

import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import java.time.Instant;

/** Makes one attempt to tell a receiver. Safe for use by many threads. */
public interface Sender {

  /**
   * Sends an event, signed with the secrets of the endpoint. Blocks for as long as a receiver may
   * take at most.
   */
  Outcome send(WebhookEndpoint endpoint, WebhookEvent event, Instant now);
}
