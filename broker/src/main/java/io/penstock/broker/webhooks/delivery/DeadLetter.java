package io.penstock.broker.webhooks.delivery;

import java.time.Instant;

/**
 * A delivery that is tried no more, unless it is replayed.
 *
 * @param delivery as it was given up
 * @param reason why
 * @param at when
 */
public record DeadLetter(Delivery delivery, String reason, Instant at) {

  /** The id of its delivery. */
  public String id() {
    return delivery.id();
  }
}
