package io.penstock.broker.webhooks;

import io.penstock.broker.webhooks.delivery.WebhookEvent;
import io.penstock.broker.webhooks.endpoints.EventType;
import io.penstock.broker.webhooks.endpoints.SigningSecrets;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/** Endpoints and events to test with. */
public final class WebhookSamples {

  public static final Instant START = Instant.parse("2026-11-30T12:00:00Z");

  private WebhookSamples() {}

  /** An endpoint that listens to these types. */
  public static WebhookEndpoint endpoint(String id, String tenant, String url, EventType... types) {
    return new WebhookEndpoint(
        id,
        tenant,
        "an endpoint",
        URI.create(url),
        Set.of(types),
        SigningSecrets.next(new SecureRandom()),
        START,
        START,
        true,
        START);
  }

  /** A request of this tenant has succeeded. */
  public static WebhookEvent event(String tenant, String subject) {
    return new WebhookEvent(
        tenant, EventType.REQUEST_SUCCEEDED, subject, START, subject, Optional.empty());
  }
}
