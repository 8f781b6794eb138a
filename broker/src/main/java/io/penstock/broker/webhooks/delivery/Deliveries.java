package io.penstock.broker.webhooks.delivery;

import io.penstock.broker.home.StateChange;
import io.penstock.broker.settings.WebhookSettings;
import io.penstock.broker.webhooks.endpoints.EndpointCodec;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import io.penstock.broker.webhooks.endpoints.EndpointStatus;
import io.penstock.broker.webhooks.endpoints.WebhookEndpoint;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.DoubleSupplier;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records what is to be delivered, and has it delivered. An event is written down before anything
 * is sent, together with the position up to which results were read for events; a delivery is
 * removed once the receiver has taken it. So whoever owns the partition next goes on, and an event
 * is sent at least once, always under the same id. For use by one thread.
 */
final class Deliveries {

  private static final Logger LOG = LoggerFactory.getLogger(Deliveries.class);

  /** So many changes are written at once. */
  private static final int MOST_CHANGES = 200;

  private static final Duration POSITION_PAUSE = Duration.ofSeconds(10);
  private static final Duration SWEEP_PAUSE = Duration.ofMinutes(1);

  /** An endpoint that is new may not be known here yet. */
  private static final Duration NEWS = Duration.ofMinutes(1);

  private static final Duration SOON = Duration.ofSeconds(5);
  private static final Duration SELDOM = Duration.ofMinutes(1);

  /** Makes an attempt, on a thread of its own. */
  interface Attempts {
    void start(Delivery delivery, WebhookEndpoint endpoint, Consumer<Outcome> ended);
  }

  private final EndpointDirectory endpoints;
  private final WebhookSettings settings;
  private final RetrySchedule schedule;
  private final Attempts attempts;
  private final Executor self;
  private final DoubleSupplier random;
  private final DeliveryQueue queue;
  private final Map<Integer, PartitionDeliveries> partitions = new HashMap<>();
  private final Map<String, Instant> droppedAt = new HashMap<>();
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
      DoubleSupplier random) {
    this.endpoints = endpoints;
    this.settings = settings;
    this.schedule = new RetrySchedule(settings.retryFor());
    this.attempts = attempts;
    this.self = self;
    this.random = random;
    this.queue =
        new DeliveryQueue(
            new DeliveryQueue.Limits(
                settings.maxConcurrent(),
                settings.maxConcurrentPerTenant(),
                settings.maxConcurrentPerHost()));
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
      partitions.values().forEach(this::sweep);
      droppedAt.values().removeIf(at -> !at.plus(SELDOM).isAfter(now));
    }
    return queue.nextDue(now);
  }

  private String host(String endpoint) {
    return endpoints
        .find(endpoint)
        .map(each -> each.url().getHost().toLowerCase(java.util.Locale.ROOT))
        .orElse("");
  }

  private void record(PartitionDeliveries partition) {
    if (partition.isEnded()) {
      return;
    }
    long heard = partition.heardUpTo();
    List<StateChange> changes = new ArrayList<>();
    List<Delivery> begun = new ArrayList<>();
    for (Optional<PartitionDeliveries.Note> note = partition.nextNote();
        note.isPresent();
        note = partition.nextNote()) {
      ResultEvents.of(note.get().result())
          .ifPresent(event -> record(partition, event, changes, begun));
      if (changes.size() >= MOST_CHANGES) {
        write(partition, changes, begun);
        changes.clear();
        begun.clear();
      }
    }
    partition.recordedUpTo(heard);
    if (!changes.isEmpty() || partition.isPositionDue(now, POSITION_PAUSE)) {
      write(partition, changes, begun);
    }
  }

  private void record(
      PartitionDeliveries partition,
      WebhookEvent event,
      List<StateChange> changes,
      List<Delivery> begun) {
    for (WebhookEndpoint endpoint :
        endpoints.listening(event.tenant(), event.type(), event.named())) {
      Delivery delivery = Delivery.begun(event, endpoint.id(), now);
      if (partition.isPending(delivery.id())) {
        continue;
      }
      if (makeRoom(partition, endpoint.id(), changes)) {
        partition.began(delivery);
        changes.add(new StateChange.Put(DeliveryCodec.entry(delivery)));
        begun.add(delivery);
      }
    }
  }

  /** Whether there is room for one more delivery to an endpoint. */
  private boolean makeRoom(
      PartitionDeliveries partition, String endpoint, List<StateChange> changes) {
    if (partition.count(endpoint) < settings.maxPending()) {
      return true;
    }
    Optional<DeadLetter> oldest = partition.oldestDeadLetter(endpoint);
    if (oldest.isPresent()) {
      partition.exhumed(oldest.get());
      changes.add(new StateChange.Remove(DeliveryCodec.DEAD, oldest.get().id()));
      return true;
    }
    Instant before = droppedAt.get(endpoint);
    if (before == null || !before.plus(SELDOM).isAfter(now)) {
      LOG.warn(
          "Events for webhook endpoint {} are dropped, since {} are pending",
          endpoint,
          settings.maxPending());
      droppedAt.put(endpoint, now);
      changes.add(status(partition, endpoint, EndpointStatus.dropped(now)));
    }
    return false;
  }

  private StateChange status(PartitionDeliveries partition, String endpoint, EndpointStatus news) {
    boolean _ = partition.statuses().add(endpoint);
    // The entry stands for all that this partition knows.
    return new StateChange.Put(EndpointCodec.entry(endpoint, endpoints.status(endpoint).and(news)));
  }

  private void write(
      PartitionDeliveries partition, List<StateChange> changes, List<Delivery> begun) {
    List<StateChange> all = new ArrayList<>(changes);
    all.add(new StateChange.Put(partition.position(now)));
    List<Delivery> added = List.copyOf(begun);
    write(partition, all, () -> added.forEach(queue::add));
  }

  /** Writes, and goes on once it lasts and the partition is still owned. */
  private void write(PartitionDeliveries partition, List<StateChange> changes, Runnable after) {
    var _ =
        partition
            .writer()
            .write(changes)
            .whenComplete(
                (_, failed) ->
                    self.execute(
                        () -> {
                          if (failed != null) {
                            // The partition is taken over anew, here or elsewhere, and what was
                            // written is read again.
                            LOG.debug("Deliveries could not be written", failed);
                            partition.end();
                          } else if (!partition.isEnded()) {
                            after.run();
                          }
                        }));
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
            () -> partition.ended(delivery.id()));
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
    changes.add(new StateChange.Put(DeliveryCodec.entry(letter)));
    if (gone) {
      changes.add(
          status(partition, letter.delivery().endpoint(), EndpointStatus.gone(letter.at())));
    }
    write(
        partition,
        changes,
        () -> {
          partition.ended(letter.id());
          partition.buried(letter);
        });
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
    return withDeadLetter(
        id,
        allowed,
        (partition, letter) -> {
          Delivery anew =
              Delivery.begun(letter.delivery().event(), letter.delivery().endpoint(), now);
          CompletableFuture<Boolean> done = new CompletableFuture<>();
          writeOrFail(
              partition,
              List.of(
                  new StateChange.Remove(DeliveryCodec.DEAD, id),
                  new StateChange.Put(DeliveryCodec.entry(anew))),
              () -> {
                partition.exhumed(letter);
                partition.began(anew);
                queue.add(anew);
              },
              done);
          return done;
        });
  }

  /**
   * Forgets a dead letter.
   *
   * @return completed with whether there is such a one here
   */
  CompletableFuture<Boolean> discard(String id, Predicate<DeadLetter> allowed) {
    return withDeadLetter(
        id,
        allowed,
        (partition, letter) -> {
          CompletableFuture<Boolean> done = new CompletableFuture<>();
          writeOrFail(
              partition,
              List.of(new StateChange.Remove(DeliveryCodec.DEAD, id)),
              () -> partition.exhumed(letter),
              done);
          return done;
        });
  }

  private interface DeadLetterAction {
    CompletableFuture<Boolean> apply(PartitionDeliveries partition, DeadLetter letter);
  }

  private CompletableFuture<Boolean> withDeadLetter(
      String id, Predicate<DeadLetter> allowed, DeadLetterAction action) {
    for (PartitionDeliveries partition : partitions.values()) {
      Optional<DeadLetter> letter = partition.deadLetter(id).filter(allowed);
      if (letter.isPresent() && !partition.isEnded()) {
        return action.apply(partition, letter.get());
      }
    }
    return CompletableFuture.completedFuture(false);
  }

  private void writeOrFail(
      PartitionDeliveries partition,
      List<StateChange> changes,
      Runnable after,
      CompletableFuture<Boolean> done) {
    var _ =
        partition
            .writer()
            .write(changes)
            .whenComplete(
                (_, failed) -> {
                  if (failed != null) {
                    done.completeExceptionally(failed);
                    self.execute(partition::end);
                  } else {
                    self.execute(
                        () -> {
                          if (!partition.isEnded()) {
                            after.run();
                          }
                          done.complete(true);
                        });
                  }
                });
  }

  /** Forgets dead letters that are old or whose endpoint was deleted, and statuses of such. */
  private void sweep(PartitionDeliveries partition) {
    if (partition.isEnded()) {
      return;
    }
    List<DeadLetter> old =
        partition.deadLetters().stream()
            .filter(
                letter ->
                    !letter.at().plus(settings.deadLetterRetention()).isAfter(now)
                        || isForgotten(letter.delivery().endpoint(), letter.at()))
            .sorted(Comparator.comparing(DeadLetter::at))
            .limit(MOST_CHANGES)
            .toList();
    List<String> statuses =
        partition.statuses().stream()
            .filter(
                endpoint -> isForgotten(endpoint, endpoints.status(endpoint).goneAt().orElse(now)))
            .toList();
    List<StateChange> changes = new ArrayList<>();
    old.forEach(letter -> changes.add(new StateChange.Remove(DeliveryCodec.DEAD, letter.id())));
    statuses.forEach(
        endpoint -> changes.add(new StateChange.Remove(EndpointCodec.STATUS, endpoint)));
    if (!changes.isEmpty()) {
      write(
          partition,
          changes,
          () -> {
            old.forEach(partition::exhumed);
            statuses.forEach(partition.statuses()::remove);
          });
    }
  }

  /** Whether an endpoint was deleted, and is not only unknown as yet. */
  private boolean isForgotten(String endpoint, Instant knownSince) {
    return endpoints.find(endpoint).isEmpty() && !knownSince.plus(NEWS).isAfter(now);
  }
}
