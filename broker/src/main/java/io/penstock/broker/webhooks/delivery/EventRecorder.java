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
 * Makes deliveries of the results that were heard, and dead letters of those for which there is no
 * room. For use by one thread.
 */
final class EventRecorder {

  private static final Logger LOG = LoggerFactory.getLogger(EventRecorder.class);

  private static final String TOO_MANY =
      "too many deliveries to the endpoint were pending when it happened";

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
   * @param mostPending how many deliveries of one endpoint a partition keeps, and how many dead
   *     letters
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
      if (partition.isPending(delivery.id())) {
        continue;
      }
      if (partition.countPending(endpoint.id()) < mostPending) {
        partition.began(delivery);
        changes.add(new StateChange.Put(DeliveryCodec.entry(delivery)));
        begun.add(delivery);
      } else {
        changes.addAll(bury(partition, new DeadLetter(delivery, TOO_MANY, now), now));
        metrics.ended(WebhookMetrics.End.DEAD, Duration.ZERO);
      }
    }
  }

  /** Keeps a dead letter. Where there are too many of its endpoint, the oldest are dropped. */
  List<StateChange> bury(PartitionDeliveries partition, DeadLetter letter, Instant now) {
    String endpoint = letter.delivery().endpoint();
    List<StateChange> changes = new ArrayList<>();
    while (partition.countDeadLetters(endpoint) >= mostPending) {
      DeadLetter oldest = partition.oldestDeadLetter(endpoint).orElseThrow();
      partition.exhumed(oldest);
      changes.add(new StateChange.Remove(DeliveryCodec.DEAD, oldest.id()));
      metrics.dropped();
      sayThatOneIsDropped(partition, endpoint, now).ifPresent(changes::add);
    }
    partition.buried(letter);
    changes.add(new StateChange.Put(DeliveryCodec.entry(letter)));
    return changes;
  }

  private Optional<StateChange> sayThatOneIsDropped(
      PartitionDeliveries partition, String endpoint, Instant now) {
    if (droppedAt.putIfAbsent(endpoint, now) != null) {
      return Optional.empty();
    }
    LOG.warn(
        "The oldest dead letters of webhook endpoint {} are dropped, since there are {}",
        endpoint,
        mostPending);
    return Optional.of(status(partition, endpoint, EndpointStatus.dropped(now)));
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
