package io.penstock.broker.responses;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.Home;
import io.penstock.broker.home.HomeLostException;
import io.penstock.broker.home.Homes;
import io.penstock.broker.home.PartitionListener;
import io.penstock.broker.home.ResultRecord;
import io.penstock.broker.requests.KnownRequest.ResultPlace;
import io.penstock.broker.settings.ResponseSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/**
 * The stored responses of the partitions that this instance owns. Safe for use by many threads; no
 * method waits.
 */
public final class ResponseRegistry implements PartitionListener {

  /** The kind of their entries. */
  static final String KIND = "response";

  /** The log takes no larger entry. */
  private static final int MOST_BYTES = 900_000;

  /** A request that has had no result for so long beyond its longest deadline will have none. */
  private static final Duration BEYOND_DEADLINE = Duration.ofHours(1);

  private final Homes homes;
  private final ResponseSettings settings;
  private final Duration furthestDeadline;
  private final Map<Integer, StoredResponses> partitions = new HashMap<>();

  /**
   * @param furthestDeadline the longest that a request is kept waiting
   */
  public ResponseRegistry(Homes homes, ResponseSettings settings, Duration furthestDeadline) {
    this.homes = homes;
    this.settings = settings;
    this.furthestDeadline = furthestDeadline;
  }

  @Override
  public synchronized OptionalLong taken(Home home) {
    StoredResponses stored = new StoredResponses(home.writer(), settings);
    home.read(KIND, entry -> ResponseCodec.decode(entry.id(), entry.document())).values().stream()
        .sorted(Comparator.comparing(StoredResponse::createdAt))
        .forEach(stored::restore);
    home.read(ResponseCodec.POSITION, ResponseCodec::position)
        .values()
        .forEach(stored::savedPosition);
    partitions.put(home.partition(), stored);
    return stored.resultsFrom();
  }

  @Override
  public synchronized void result(ResultRecord record) {
    StoredResponses stored = partitions.get(record.partition());
    if (stored == null) {
      return;
    }
    stored.resultsReadTo(record.offset() + 1);
    if (!record.isFirst()) {
      return;
    }
    stored
        .find(record.result().getId())
        .filter(each -> each.tenant().equals(record.result().getTenant()) && !each.isEnded())
        .ifPresent(
            response ->
                stored.putAndWrite(
                    response.ended(
                        new ResultPlace(record.partition(), record.offset()),
                        record.result().getFinishedAt())));
  }

  @Override
  public synchronized void lost(int partition) {
    partitions.remove(partition);
  }

  /** A tenant's response; empty if there is none, it was deleted, or it is another tenant's. */
  public synchronized Optional<StoredResponse> find(String tenant, String id, Instant now) {
    return Optional.ofNullable(partitions.get(homes.of(id)))
        .flatMap(stored -> stored.find(id))
        .filter(response -> response.tenant().equals(tenant) && !isExpired(response, now));
  }

  /**
   * Keeps a new response. It is found at once.
   *
   * @return completed once it lasts, as {@link io.penstock.broker.home.StateWriter#write} says
   * @throws ApiException if its parameters are too long to be kept, or too many are under way
   */
  public CompletableFuture<Void> add(StoredResponse response) {
    if (response.echo().length > MOST_BYTES) {
      throw new ApiException(
          ApiError.invalid(
              "store",
              "too_large_to_store",
              "The instructions, tools and other parameters have %d bytes, and at most %d are kept; shorten them, or set store to false."
                  .formatted(response.echo().length, MOST_BYTES)));
    }
    synchronized (this) {
      StoredResponses stored = partitions.get(homes.of(response.id()));
      if (stored == null) {
        return CompletableFuture.failedFuture(new HomeLostException(homes.of(response.id())));
      }
      return stored.add(response);
    }
  }

  /**
   * Forgets a response.
   *
   * @return completed once that lasts, as {@link io.penstock.broker.home.StateWriter#write} says
   */
  public synchronized CompletableFuture<Void> remove(StoredResponse response) {
    StoredResponses stored = partitions.get(homes.of(response.id()));
    return stored == null
        ? CompletableFuture.failedFuture(new HomeLostException(homes.of(response.id())))
        : stored.remove(List.of(response));
  }

  /** Forgets what has been kept for long enough, and notes how far results were read. */
  public synchronized void sweep(Instant now) {
    for (StoredResponses stored : partitions.values()) {
      List<StoredResponse> expired =
          stored.all().stream().filter(each -> isExpired(each, now)).toList();
      if (!expired.isEmpty()) {
        var _ = stored.remove(expired);
      }
      stored.savePosition();
    }
  }

  /** One without a result long after its deadline was never submitted: its instance died before. */
  private boolean isExpired(StoredResponse response, Instant now) {
    Duration kept =
        response.isEnded()
            ? settings.retention()
            : Collections.min(
                List.of(settings.retention(), furthestDeadline.plus(BEYOND_DEADLINE)));
    return !response.createdAt().plus(kept).isAfter(now);
  }
}
