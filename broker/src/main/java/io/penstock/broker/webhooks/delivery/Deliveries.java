package io.penstock.broker.webhooks.delivery;

import io.penstock.broker.home.StateChange;
import io.penstock.broker.metrics.WebhookMetrics;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.broker.webhooks.endpoints.EndpointStatus;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;

/**
 * Records what is to be delivered, and has it delivered. An event is written down before anything
 * is sent, together with the position up to which results were read for events; a delivery is
 * removed once the receiver has taken it. So whoever owns the partition next goes on, and an event
 * is sent at least once, always under the same id. For use by one thread.
 */
final class Deliveries {

  private static final Duration SWEEP_PAUSE = Duration.ofMinutes(1);

  /** An endpoint that is new may not be known here yet. */
  private static final Duration NEWS = Duration.ofMinutes(1);

  private static final Duration SOON = Duration.ofSeconds(5);

  /** Makes an attempt, on a thread of its own. */
  interface Attempts {
    void start(Delivery delivery, WebhookEndpoint endpoint, Consumer<Outcome> ended);
  }

  private final EndpointDirectory endpoints;
  private final RetrySchedule schedule;
  private final Attempts attempts;
  private final Executor self;
  private final DoubleSupplier random;
  private final WebhookMetrics metrics;
  private final DeliveryQueue queue;
  private final EventRecorder recorder;
  private final DeadLetterBox deadLetters;
  private final Map<Integer, PartitionDeliveries> partitions = new HashMap<>();
  private Instant sweptAt = Instant.MIN;
  private Instant now = Instant.EPOCH;

  /**
   * @param self runs something on the thread of this object, never at once
   * @param random from 0 (inclusive) to 1 (exclusive)
   */
  Deliveries(
      EndpointDirectory endpoints,
      WebhookSettings settings,
      Attempts attempts,
      Executor self,
      DoubleSupplier random,
      WebhookMetrics metrics) {
    this.endpoints = endpoints;
    this.schedule = new RetrySchedule(settings.retryFor());
    this.attempts = attempts;
    this.self = self;
    this.random = random;
    this.metrics = metrics;
    this.queue =
        new DeliveryQueue(
            new DeliveryQueue.Limits(
                settings.maxConcurrent(),
                settings.maxConcurrentPerTenant(),
                settings.maxConcurrentPerHost()));
    this.recorder = new EventRecorder(endpoints, settings.maxPending(), metrics);
    this.deadLetters =
        new DeadLetterBox(
            endpoints, settings.deadLetterRetention(), settings.maxPending(), queue, self);
  }

  void taken(PartitionDeliveries partition) {
    partitions.put(partition.partition(), partition);
    partition.pending().forEach(queue::add);
  }

  void lost(PartitionDeliveries partition) {
    partition.end();
    partitions.remove(partition.partition(), partition);
    partition.pending().forEach(delivery -> queue.remove(delivery.id()));
  }

  /** Says what time it is for what is done next. */
  void at(Instant time) {
    now = time;
  }

  /**
   * Does what can be done now.
   *
   * @return when there is more to do, if nothing happens before
   */
  Optional<Instant> turn(Instant time) {
    at(time);
    if (!endpoints.isReady()) {
      return Optional.empty();
    }
    List.copyOf(partitions.values()).forEach(this::record);
    for (DeliveryQueue.Started started : queue.start(now, this::host)) {
      attempt(started);
    }
    if (!sweptAt.plus(SWEEP_PAUSE).isAfter(now)) {
      sweptAt = now;
      partitions.values().forEach(each -> deadLetters.sweep(each, now));
      recorder.sweep(now);
    }
    metrics.kept(
        partitions.values().stream().mapToInt(each -> each.pending().size()).sum(),
        partitions.values().stream().mapToInt(PartitionDeliveries::countDeadLetters).sum());
    return queue.nextDue(now);
  }

  private void record(PartitionDeliveries partition) {
    for (Optional<EventRecorder.Recorded> next = recorder.next(partition, now);
        next.isPresent();
        next = recorder.next(partition, now)) {
      List<Delivery> begun = next.get().begun();
      write(partition, next.get().changes(), () -> begun.forEach(queue::add));
    }
  }

  private void write(PartitionDeliveries partition, List<StateChange> changes, Runnable after) {
    var _ = partition.write(changes, self, after);
  }

  private String host(String endpoint) {
    return endpoints
        .find(endpoint)
        .map(each -> each.url().getHost().toLowerCase(Locale.ROOT))
        .orElse("");
  }

  private void attempt(DeliveryQueue.Started started) {
    Delivery delivery = started.delivery();
    Optional<WebhookEndpoint> endpoint =
        endpoints.find(delivery.event().tenant(), delivery.endpoint());
    if (endpoint.isEmpty() && delivery.begunAt().plus(NEWS).isAfter(now)) {
      queue.ended(started);
      queue.add(delivery.postponed(now.plus(SOON)));
    } else if (endpoint.isEmpty()) {
      ended(started, new Outcome.Deleted());
    } else if (!endpoints.isActive(endpoint.get())) {
      ended(started, new Outcome.Disabled());
    } else {
      attempts.start(
          delivery, endpoint.get(), outcome -> self.execute(() -> ended(started, outcome)));
    }
  }

  private void ended(DeliveryQueue.Started started, Outcome outcome) {
    queue.ended(started);
    Delivery delivery = started.delivery();
    Optional<PartitionDeliveries> home = home(delivery.id());
    if (home.isEmpty()) {
      // The partition was lost meanwhile, and its next owner tries again.
      return;
    }
    PartitionDeliveries partition = home.get();
    switch (AttemptDecision.of(delivery, outcome, schedule, now, random.getAsDouble())) {
      case AttemptDecision.Forget() -> {
        write(
            partition,
            List.of(new StateChange.Remove(DeliveryCodec.PENDING, delivery.id())),
            () -> done(partition, delivery, end(outcome)));
      }
      case AttemptDecision.Retry(Delivery next) -> {
        write(
            partition,
            List.of(new StateChange.Put(DeliveryCodec.entry(next))),
            () -> {
              partition.began(next);
              queue.add(next);
            });
      }
      case AttemptDecision.GiveUp(DeadLetter letter, boolean gone) -> bury(partition, letter, gone);
    }
  }

  private void bury(PartitionDeliveries partition, DeadLetter letter, boolean gone) {
    List<StateChange> changes = new ArrayList<>();
    changes.add(new StateChange.Remove(DeliveryCodec.PENDING, letter.id()));
    changes.addAll(recorder.bury(partition, letter, now));
    if (gone) {
      changes.add(
          recorder.status(
              partition, letter.delivery().endpoint(), EndpointStatus.gone(letter.at())));
    }
    write(partition, changes, () -> done(partition, letter.delivery(), WebhookMetrics.End.DEAD));
  }

  /** It may wait again, if the partition was taken anew while its attempt ran. */
  private void done(PartitionDeliveries partition, Delivery delivery, WebhookMetrics.End end) {
    metrics.ended(end, Duration.between(delivery.begunAt(), now));
    partition.ended(delivery.id());
    queue.remove(delivery.id());
  }

  private static WebhookMetrics.End end(Outcome forgotten) {
    return forgotten instanceof Outcome.Deleted
        ? WebhookMetrics.End.DELETED
        : WebhookMetrics.End.TAKEN;
  }

  /** Where a pending delivery is at home, if that is here. */
  private Optional<PartitionDeliveries> home(String id) {
    return partitions.values().stream()
        .filter(each -> !each.isEnded() && each.isPending(id))
        .findFirst();
  }

  /** Deliveries that somebody else has written, together with what they tell of. */
  void adopt(int home, List<Delivery> written) {
    PartitionDeliveries partition = partitions.get(home);
    if (partition != null && !partition.isEnded()) {
      for (Delivery delivery : written) {
        if (!partition.isPending(delivery.id())) {
          partition.began(delivery);
          queue.add(delivery);
        }
      }
    }
  }

  /**
   * Tries a dead letter again from the beginning.
   *
   * @return completed with whether there is such a one here
   */
  CompletableFuture<Boolean> replay(String id, Predicate<DeadLetter> allowed) {
    return deadLetters.replay(partitions.values(), id, allowed, now);
  }

  /**
   * Forgets a dead letter.
   *
   * @return completed with whether there is such a one here
   */
  CompletableFuture<Boolean> discard(String id, Predicate<DeadLetter> allowed) {
    return deadLetters.discard(partitions.values(), id, allowed);
  }
}
