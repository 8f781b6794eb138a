package io.penstock.broker.requests;

import io.penstock.broker.connections.TenantShares;
import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.ResultRecord;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.TokenChunk;
import io.penstock.schemas.ids.RequestKey;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who watches which request. Tenants share a fixed number of places, as {@link TenantShares} says.
 * Safe for use by many threads.
 */
public final class Watches {

  private static final Logger LOG = LoggerFactory.getLogger(Watches.class);

  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final TenantShares places;
  private final Map<String, List<Watch>> byRequest = new HashMap<>();
  private final Map<Integer, Integer> byPartition = new HashMap<>();
  private boolean leaving;

  /**
   * @param most how many there may be at once, 1 or more
   */
  public Watches(int most) {
    this.places = new TenantShares(most);
  }

  /** One watcher of one request; closing it ends the watching. */
  public final class Watch implements AutoCloseable {

    private final String tenant;
    private final String key;
    private final int partition;
    private final Watcher watcher;
    private final AtomicBoolean closed = new AtomicBoolean();
    private volatile @Nullable Supplier<CompletableFuture<@Nullable Void>> beforeLeaving;

    private Watch(String tenant, String id, int partition, Watcher watcher) {
      this.tenant = tenant;
      this.key = RequestKey.of(tenant, id);
      this.partition = partition;
      this.watcher = watcher;
    }

    /**
     * Runs before this instance gives its homes away, or now if that has begun.
     *
     * @param last begins to write what another instance has to find, and does not wait
     */
    public void beforeLeaving(Supplier<CompletableFuture<@Nullable Void>> last) {
      synchronized (Watches.this) {
        if (!leaving) {
          beforeLeaving = last;
          return;
        }
      }
      var _ = last.get();
    }

    /** Ends the watching. Later calls change nothing. */
    @Override
    public void close() {
      if (closed.compareAndSet(false, true)) {
        remove(this);
      }
    }
  }

  /**
   * Begins to watch.
   *
   * @throws ApiException with 429 if the tenant has its share of the places, and with 503 if all
   *     tenants together have taken them
   */
  public synchronized Watch watch(String tenant, String id, int partition, Watcher watcher) {
    switch (places.take(tenant, 1)) {
      case TAKEN -> {}
      case TENANT_HAS_ITS_SHARE -> throw new ApiException(tooManyOfTenant());
      case ALL_TAKEN ->
          throw new ApiException(
              ApiError.unavailable(
                  "Too many requests wait for an answer here; try again in a moment.", PAUSE));
    }
    Watch watch = new Watch(tenant, id, partition, watcher);
    byRequest.computeIfAbsent(watch.key, _ -> new ArrayList<>(1)).add(watch);
    byPartition.merge(partition, 1, Integer::sum);
    return watch;
  }

  private static ApiError tooManyOfTenant() {
    return new ApiError(
            429,
            "requests",
            "too_many_waiting",
            "Too many of your requests wait for an answer here. Try again once some are answered,"
                + " or submit with POST /v1/requests and fetch the answers later.",
            Optional.empty(),
            Map.of())
        .retryAfter(PAUSE);
  }

  private synchronized void remove(Watch watch) {
    byRequest.computeIfPresent(
        watch.key,
        (_, all) -> {
          all.remove(watch);
          return all.isEmpty() ? null : all;
        });
    byPartition.computeIfPresent(watch.partition, (_, n) -> n == 1 ? null : n - 1);
    places.giveBack(watch.tenant, 1);
  }

  /** How many there are. */
  public int count() {
    return Math.toIntExact(places.taken());
  }

  /** Whether anybody watches a request whose home is this partition. */
  public synchronized boolean anyIn(int partition) {
    return byPartition.containsKey(partition);
  }

  public void result(ResultRecord record) {
    tell(
        RequestKey.of(record.result().getTenant(), record.result().getId()),
        watcher -> watcher.result(record));
  }

  public void status(RequestStatus status) {
    tell(RequestKey.of(status.getTenant(), status.getId()), watcher -> watcher.status(status));
  }

  public void chunk(TokenChunk chunk) {
    tell(RequestKey.of(chunk.getTenant(), chunk.getId()), watcher -> watcher.chunk(chunk));
  }

  /**
   * This instance is about to give its homes away, and can still write to them.
   *
   * @return completed once all that was begun for that is written, or cannot be
   */
  public CompletableFuture<@Nullable Void> leaving() {
    List<Watch> watches;
    synchronized (this) {
      leaving = true;
      watches = all();
    }
    return CompletableFuture.allOf(
        watches.stream().flatMap(Watches::lastWrite).toArray(CompletableFuture[]::new));
  }

  /** One that fails keeps no other from its own. */
  private static Stream<CompletableFuture<@Nullable Void>> lastWrite(Watch watch) {
    Supplier<CompletableFuture<@Nullable Void>> last = watch.beforeLeaving;
    return last == null ? Stream.empty() : Stream.of(last.get().exceptionally(_ -> null));
  }

  /** Tells everybody that this instance stops. */
  public void stopping() {
    tell(all(), Watcher::stopping);
  }

  private void tell(String key, Consumer<Watcher> news) {
    tell(of(key), news);
  }

  /** A watcher that fails harms nobody else. */
  private static void tell(List<Watch> watches, Consumer<Watcher> news) {
    for (Watch each : watches) {
      try {
        news.accept(each.watcher);
      } catch (RuntimeException failed) {
        LOG.error("A watcher of a request failed", failed);
      }
    }
  }

  private synchronized List<Watch> all() {
    return byRequest.values().stream().flatMap(List::stream).toList();
  }

  private synchronized List<Watch> of(String key) {
    List<Watch> all = byRequest.get(key);
    return all == null ? List.of() : List.copyOf(all);
  }
}
