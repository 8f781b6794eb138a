package io.penstock.schemas.client;

import io.penstock.schemas.InferenceResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The requests whose results are awaited, and until when. Each takes a place in the room from its
 * adding until it is taken, by whoever completes it: room is there again before its user learns of
 * the end. Safe for use by many threads.
 */
final class PendingRequests {

  /** One request; equal only to itself. */
  static final class Pending {
    private final String id;
    private final Instant until;
    private final CompletableFuture<InferenceResult> future = new CompletableFuture<>();

    Pending(String id, Instant until) {
      this.id = id;
      this.until = until;
    }

    String id() {
      return id;
    }

    CompletableFuture<InferenceResult> future() {
      return future;
    }
  }

  private final Semaphore room;
  private final Map<String, Pending> byId = new HashMap<>();
  private final PriorityQueue<Pending> byTime =
      new PriorityQueue<>(Comparator.comparing(pending -> pending.until));

  PendingRequests(int maxInFlight) {
    this.room = new Semaphore(maxInFlight);
  }

  /** Reserves the place that {@link #add} fills, or says that none became free in time. */
  boolean reserve(Duration maxWait) throws InterruptedException {
    return room.tryAcquire(maxWait.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * The request as pending until this instant, in a reserved place; or empty, and the place given
   * back, if one of its id is pending already.
   */
  synchronized Optional<Pending> add(String id, Instant until) {
    Pending pending = new Pending(id, until);
    if (byId.putIfAbsent(id, pending) != null) {
      room.release();
      return Optional.empty();
    }
    byTime.add(pending);
    return Optional.of(pending);
  }

  synchronized boolean awaits(String id) {
    return byId.containsKey(id);
  }

  synchronized Optional<Pending> take(String id) {
    Optional<Pending> taken = Optional.ofNullable(byId.get(id));
    taken.ifPresent(this::take);
    return taken;
  }

  /** Takes this very request, if it is still pending. */
  synchronized void take(Pending pending) {
    if (byId.remove(pending.id, pending)) {
      byTime.remove(pending);
      room.release();
    }
  }

  /** Takes those whose time is up. */
  synchronized List<Pending> takeExpired(Instant now) {
    List<Pending> expired = new ArrayList<>();
    while (!byTime.isEmpty() && byTime.peek().until.isBefore(now)) {
      Pending pending = byTime.peek();
      take(pending);
      expired.add(pending);
    }
    return expired;
  }

  synchronized List<Pending> takeAll() {
    List<Pending> all = List.copyOf(byId.values());
    all.forEach(this::take);
    return all;
  }

  synchronized List<CompletableFuture<InferenceResult>> futures() {
    return byId.values().stream().map(Pending::future).toList();
  }
}
