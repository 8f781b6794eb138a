package io.penstock.schemas.client;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ids.RequestKey;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The requests whose results are awaited, and until when. A request is known by its tenant and id:
 * ids are unique by tenant only. Each takes a place in the room from its adding until it is taken,
 * by whoever completes it: room is there again before its user learns of the end. This class is
 * thread-safe.
 */
final class PendingRequests {

  /** One request; equal only to itself. */
  static final class Pending {
    private final String tenant;
    private final String id;
    private final long number;
    private final CompletableFuture<InferenceResult> future = new CompletableFuture<>();
    private Instant until;
    private volatile @Nullable Instant appendedAt;

    private Pending(String tenant, String id, Instant until, long number) {
      this.tenant = tenant;
      this.id = id;
      this.until = until;
      this.number = number;
    }

    String id() {
      return id;
    }

    CompletableFuture<InferenceResult> future() {
      return future;
    }

    /** When the log took this request, by the log's clock; empty until it is confirmed. */
    Optional<Instant> appendedAt() {
      return Optional.ofNullable(appendedAt);
    }

    private String key() {
      return RequestKey.of(tenant, id);
    }
  }

  private final Semaphore room;
  private final Map<String, Pending> byKey = new HashMap<>();
  private final Map<String, Integer> tenantsOfId = new HashMap<>();
  private final TreeSet<Pending> byTime =
      new TreeSet<>(
          Comparator.<Pending, Instant>comparing(pending -> pending.until)
              .thenComparingLong(pending -> pending.number));
  private long added;

  PendingRequests(int maxInFlight) {
    this.room = new Semaphore(maxInFlight);
  }

  /** Reserves the place that {@link #add} fills, or says that none became free in time. */
  boolean reserve(Duration maxWait) throws InterruptedException {
    return room.tryAcquire(maxWait.toMillis(), TimeUnit.MILLISECONDS);
  }

  /**
   * The request as pending until this instant, in a reserved place; or empty, and the place given
   * back, if one of its tenant and id is pending already.
   */
  synchronized Optional<Pending> add(String tenant, String id, Instant until) {
    Pending pending = new Pending(tenant, id, until, added++);
    if (byKey.putIfAbsent(pending.key(), pending) != null) {
      room.release();
      return Optional.empty();
    }
    tenantsOfId.merge(id, 1, Integer::sum);
    byTime.add(pending);
    return Optional.of(pending);
  }

  /** Notes when the log took this request, and until when it is awaited as that is known. */
  synchronized void appended(Pending pending, Instant appendedAt, Instant until) {
    pending.appendedAt = appendedAt;
    if (byTime.remove(pending)) {
      pending.until = until;
      byTime.add(pending);
    }
  }

  /** Returns whether a request of this id is pending, of whatever tenant. */
  synchronized boolean awaits(String id) {
    return tenantsOfId.containsKey(id);
  }

  synchronized Optional<Pending> find(String tenant, String id) {
    return Optional.ofNullable(byKey.get(RequestKey.of(tenant, id)));
  }

  /** Takes this very request; true if it was still pending. */
  synchronized boolean take(Pending pending) {
    if (!byKey.remove(pending.key(), pending)) {
      return false;
    }
    tenantsOfId.computeIfPresent(pending.id, (_, count) -> count == 1 ? null : count - 1);
    byTime.remove(pending);
    room.release();
    return true;
  }

  /** Takes those whose time is up. */
  synchronized List<Pending> takeExpired(Instant now) {
    List<Pending> expired = new ArrayList<>();
    while (!byTime.isEmpty() && byTime.first().until.isBefore(now)) {
      Pending pending = byTime.first();
      take(pending);
      expired.add(pending);
    }
    return expired;
  }

  synchronized List<Pending> takeAll() {
    List<Pending> all = List.copyOf(byKey.values());
    all.forEach(this::take);
    return all;
  }

  synchronized List<CompletableFuture<InferenceResult>> futures() {
    return byKey.values().stream().map(Pending::future).toList();
  }
}
