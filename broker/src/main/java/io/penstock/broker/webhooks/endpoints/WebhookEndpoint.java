package io.penstock.broker.webhooks.endpoints;

import java.net.URI;
import java.time.Instant;
import java.util.Set;

/**
 * Where a tenant wants to be told of events.
 *
 * @param id its id, from which its home follows
 * @param tenant whose it is
 * @param name what it is called, for a person
 * @param url where events are sent
 * @param eventTypes what it listens to; empty: only to what names it
 * @param secrets what its deliveries are signed with
 * @param createdAt when it was made
 * @param updatedAt when it was last changed
 * @param enabled whether events are sent to it, as far as its tenant decides that
 * @param enabledAt since when; a receiver that said before that it is gone is tried again
 */
public record WebhookEndpoint(
    String id,
    String tenant,
    String name,
    URI url,
    Set<EventType> eventTypes,
    SigningSecrets secrets,
    Instant createdAt,
    Instant updatedAt,
    boolean enabled,
    Instant enabledAt) {

  /** What its ids begin with. */
  public static final String PREFIX = "whe_";

  public WebhookEndpoint {
    eventTypes = Set.copyOf(eventTypes);
  }

  /** The same with other secrets. */
  public WebhookEndpoint withSecrets(SigningSecrets other, Instant now) {
    return new WebhookEndpoint(
        id, tenant, name, url, eventTypes, other, createdAt, now, enabled, enabledAt);
  }
}
