package io.penstock.broker.webhooks.endpoints;

import java.time.Instant;
import java.util.Optional;

/**
 * What instances have found out about an endpoint. Each writes it at a home of its own, so that an
 * endpoint has several entries; the latest times count.
 *
 * @param goneAt when its receiver last said that it is gone for good
 * @param droppedAt when an event for it was last dropped, since too many were pending
 */
public record EndpointStatus(Optional<Instant> goneAt, Optional<Instant> droppedAt) {

  public static final EndpointStatus NONE = new EndpointStatus(Optional.empty(), Optional.empty());

  public static EndpointStatus gone(Instant at) {
    return new EndpointStatus(Optional.of(at), Optional.empty());
  }

  public static EndpointStatus dropped(Instant at) {
    return new EndpointStatus(Optional.empty(), Optional.of(at));
  }

  public EndpointStatus and(EndpointStatus other) {
    return new EndpointStatus(later(goneAt, other.goneAt), later(droppedAt, other.droppedAt));
  }

  private static Optional<Instant> later(Optional<Instant> one, Optional<Instant> other) {
    if (one.isEmpty() || other.isEmpty()) {
      return one.or(() -> other);
    }
    return one.get().isAfter(other.get()) ? one : other;
  }
}
