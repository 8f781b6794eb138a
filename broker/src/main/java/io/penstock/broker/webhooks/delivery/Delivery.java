package io.penstock.broker.webhooks.delivery;

import java.time.Instant;
import java.util.Optional;

/**
 * An event on its way to an endpoint.
 *
 * @param event what is told
 * @param endpoint the id of the endpoint
 * @param begunAt when its first attempt was due; how long it is tried counts from here
 * @param attempts attempts made since then
 * @param dueAt when the next one is due
 * @param failure why the last one failed
 */
public record Delivery(
    WebhookEvent event,
    String endpoint,
    Instant begunAt,
    int attempts,
    Instant dueAt,
    Optional<String> failure) {

  /** A delivery that is due at once. */
  public static Delivery begun(WebhookEvent event, String endpoint, Instant now) {
    return new Delivery(event, endpoint, now, 0, now, Optional.empty());
  }

  /** Its id: an event has one delivery to an endpoint at most. */
  public String id() {
    return event.id() + "-" + endpoint;
  }

  /** The same after an attempt that failed. */
  public Delivery failed(String why, Instant next) {
    return new Delivery(event, endpoint, begunAt, attempts + 1, next, Optional.of(why));
  }

  /** The same, to be tried at another time. */
  public Delivery postponed(Instant other) {
    return new Delivery(event, endpoint, begunAt, attempts, other, failure);
  }
}
