package io.penstock.broker.webhooks.delivery;

import io.penstock.broker.home.StateChange;
import io.penstock.broker.metrics.WebhookMetrics;
import io.penstock.broker.webhooks.endpoints.EndpointCodec;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.broker.webhooks.endpoints.EndpointStatus;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes deliveries of the results that were heard, for as many as there is room. For use by one
 * thread.
 */
final class EventRecorder {

  private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);

  /** So many changes are written at once. */
  private static final int MOST_CHANGES = 200;

  private static final Duration POSITION_PAUSE = Duration.ofSeconds(10);
  private static final Duration SELDOM = Duration.ofMinutes(1);

  /**
   * What is to be written.
   *
   * @param changes the deliveries, and the position up to which results were read for them
   * @param begun may be sent once the changes last
   */
  record Recorded(List<StateChange> changes, List<Delivery> begun) {}

  private final EndpointDirectory endpoints;
  private final int mostPending;
  private final WebhookMetrics metrics;
  private final Map<String, Instant> droppedAt = new HashMap<>();

  /**
   * @param mostPending how many deliveries and dead letters of one endpoint a partition keeps
   */
  EventRecorder(EndpointDirectory endpoints, int mostPending, WebhookMetrics metrics) {
    this.endpoints = endpoints;
    this.mostPending = mostPending;
    this.metrics = metrics;
  }

  /** What is to be written of a partition now; to be asked again until it is empty. */
  Optional<Recorded> next(PartitionDeliveries partition, Instant now) {
    if (partition.isEnded()) {
      return Optional.empty();
    }
    // Asked first: whatever was heard by then has left its note.
    long heard = partition.heardUpTo();
    List<StateChange> changes = new ArrayList<>();
    List<Delivery> begun = new ArrayList<>();
    boolean more = true;
    while (more && changes.size() < MOST_CHANGES) {
      Optional<PartitionDeliveries.Note> note = partition.nextNote();
      note.ifPresent(each -> record(partition, each.event(), now, changes, begun));
      more = note.isPresent();
    }
    if (!more) {
      partition.recordedUpTo(heard);
    }
    if (changes.isEmpty() && !partition.isPositionDue(now, POSITION_PAUSE)) {
      return Optional.empty();
    }
    changes.add(new StateChange.Put(partition.position(now)));
    return Optional.of(new Recorded(changes, begun));
  }

  private void record(
      PartitionDeliveries partition,
      WebhookEvent event,
      Instant now,
      List<StateChange> changes,
      List<Delivery> begun) {
    for (WebhookEndpoint endpoint :
        endpoints.listening(event.tenant(), event.type(), event.named())) {
      Delivery delivery = Delivery.begun(event, endpoint.id(), now);
      if (!partition.isPending(delivery.id()) && makeRoom(partition, endpoint.id(), now, changes)) {
        partition.began(delivery);
        changes.add(new StateChange.Put(DeliveryCodec.entry(delivery)));
        begun.add(delivery);
      }
    }
  }

  /** Whether there is room for one more delivery to an endpoint. */
  private boolean makeRoom(
      PartitionDeliveries partition, String endpoint, Instant now, List<StateChange> changes) {
    if (partition.count(endpoint) < mostPending) {
      return true;
    }
    Optional<DeadLetter> oldest = partition.oldestDeadLetter(endpoint);
    if (oldest.isPresent()) {
      partition.exhumed(oldest.get());
      changes.add(new StateChange.Remove(DeliveryCodec.DEAD, oldest.get().id()));
      return true;
    }
    metrics.dropped();
    if (!droppedAt.containsKey(endpoint)) {
      LOG.warn(
          "Events for webhook endpoint {} are dropped, since {} are pending",
          endpoint,
          mostPending);
      droppedAt.put(endpoint, now);
      changes.add(status(partition, endpoint, EndpointStatus.dropped(now)));
    }
    return false;
  }

  /** Says in a partition what was found out about an endpoint, besides what was known. */
  StateChange status(PartitionDeliveries partition, String endpoint, EndpointStatus news) {
    boolean _ = partition.statuses().add(endpoint);
    return new StateChange.Put(EndpointCodec.entry(endpoint, endpoints.status(endpoint).and(news)));
  }

  /** Lets drops be said again that were said a while ago. Called from time to time. */
  void sweep(Instant now) {
    droppedAt.values().removeIf(at -> !at.plus(SELDOM).isAfter(now));
  }
}
