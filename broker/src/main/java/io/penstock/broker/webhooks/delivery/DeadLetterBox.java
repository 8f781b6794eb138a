package io.penstock.broker.webhooks.delivery;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.webhooks.endpoints.EndpointCodec;
import io.penstock.broker.webhooks.endpoints.EndpointDirectory;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Predicate;

/** What happens to dead letters: they are replayed, discarded, or grow old. For one thread. */
final class DeadLetterBox {

  private static final int MOST_AT_ONCE = 200;

  /** An endpoint that is new may not be known here yet. */
  private static final Duration NEWS = Duration.ofMinutes(1);

  /** Deliveries that are pending end or are tried again meanwhile. */
  private static final Duration PAUSE = Duration.ofSeconds(10);

  private final EndpointDirectory endpoints;
  private final Duration retention;
  private final int mostPending;
  private final DeliveryQueue queue;
  private final Executor self;

  /**
   * @param retention how long dead letters are kept
   * @param mostPending how many deliveries of one endpoint a partition keeps
   * @param queue takes what is replayed
   * @param self runs something on the thread of this object, never at once
   */
  DeadLetterBox(
      EndpointDirectory endpoints,
      Duration retention,
      int mostPending,
      DeliveryQueue queue,
      Executor self) {
    this.endpoints = endpoints;
    this.retention = retention;
    this.mostPending = mostPending;
    this.queue = queue;
    this.self = self;
  }

  /** A dead letter, and where it is. */
  private record Found(PartitionDeliveries partition, DeadLetter letter) {}

  private static Optional<Found> find(
      Collection<PartitionDeliveries> partitions, String id, Predicate<DeadLetter> allowed) {
    return partitions.stream()
        .filter(partition -> !partition.isEnded())
        .flatMap(
            partition ->
                partition.deadLetter(id).filter(allowed).stream()
                    .map(letter -> new Found(partition, letter)))
        .findFirst();
  }

  /**
   * Tries one again from the beginning.
   *
   * @return completed with whether there is such a one; with an {@link ApiException} if too many
   *     are pending
   */
  CompletableFuture<Boolean> replay(
      Collection<PartitionDeliveries> partitions,
      String id,
      Predicate<DeadLetter> allowed,
      Instant now) {
    Optional<Found> found = find(partitions, id, allowed);
    if (found.isEmpty()) {
      return CompletableFuture.completedFuture(false);
    }
    PartitionDeliveries partition = found.get().partition;
    DeadLetter letter = found.get().letter;
    if (partition.countPending(letter.delivery().endpoint()) >= mostPending) {
      return CompletableFuture.failedFuture(
          new ApiException(
              ApiError.unavailable(
                  "Too many deliveries to the endpoint are pending; try again later.", PAUSE)));
    }
    Delivery anew = Delivery.begun(letter.delivery().event(), letter.delivery().endpoint(), now);
    return partition
        .write(
            List.of(
                new StateChange.Remove(DeliveryCodec.DEAD, id),
                new StateChange.Put(DeliveryCodec.entry(anew))),
            self,
            () -> {
              partition.exhumed(letter);
              partition.began(anew);
              queue.add(anew);
            })
        .thenApply(_ -> true);
  }

  /** Forgets one; completed with whether there is such a one. */
  CompletableFuture<Boolean> discard(
      Collection<PartitionDeliveries> partitions, String id, Predicate<DeadLetter> allowed) {
    Optional<Found> found = find(partitions, id, allowed);
    if (found.isEmpty()) {
      return CompletableFuture.completedFuture(false);
    }
    PartitionDeliveries partition = found.get().partition;
    DeadLetter letter = found.get().letter;
    return partition
        .write(
            List.of(new StateChange.Remove(DeliveryCodec.DEAD, id)),
            self,
            () -> partition.exhumed(letter))
        .thenApply(_ -> true);
  }

  /** Forgets dead letters that are old or whose endpoint was deleted, and statuses of such. */
  void sweep(PartitionDeliveries partition, Instant now) {
    if (partition.isEnded()) {
      return;
    }
    List<DeadLetter> old =
        partition.deadLetters().stream()
            .filter(
                letter ->
                    !letter.at().plus(retention).isAfter(now)
                        || isDeleted(letter.delivery().endpoint(), letter.at(), now))
            .sorted(Comparator.comparing(DeadLetter::at))
            .limit(MOST_AT_ONCE)
            .toList();
    List<String> statuses =
        partition.statuses().stream()
            .filter(
                endpoint ->
                    isDeleted(endpoint, endpoints.status(endpoint).goneAt().orElse(now), now))
            .toList();
    List<StateChange> changes = new ArrayList<>();
    old.forEach(letter -> changes.add(new StateChange.Remove(DeliveryCodec.DEAD, letter.id())));
    statuses.forEach(
        endpoint -> changes.add(new StateChange.Remove(EndpointCodec.STATUS, endpoint)));
    if (!changes.isEmpty()) {
      var _ =
          partition.write(
              changes,
              self,
              () -> {
                old.forEach(partition::exhumed);
                statuses.forEach(partition.statuses()::remove);
              });
    }
  }

  /** Whether an endpoint was deleted, and is not only unknown as yet. */
  private boolean isDeleted(String endpoint, Instant knownSince, Instant now) {
    return endpoints.find(endpoint).isEmpty() && !knownSince.plus(NEWS).isAfter(now);
  }
}
