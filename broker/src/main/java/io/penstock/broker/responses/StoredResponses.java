package io.penstock.broker.responses;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.home.StateWriter;
import io.penstock.broker.settings.ResponseSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stored responses of one partition, within bounds that all tenants share. Where there are too
 * many, the tenant that has the most makes room: no tenant loses responses to one that has more.
 * Not safe for use by many threads.
 */
final class StoredResponses {

  private static final Logger LOG = LoggerFactory.getLogger(StoredResponses.class);

  private static final Duration PAUSE = Duration.ofSeconds(10);

  /** What a response takes beside its parameters, in bytes. */
  private static final int OVERHEAD = 400;

  private final StateWriter writer;
  private final ResponseSettings settings;
  private final Map<String, StoredResponse> byId = new LinkedHashMap<>();
  private final Map<String, Held> byTenant = new HashMap<>();
  private long bytes;
  private long resultsReadTo;

  /** What one tenant has, the oldest first. */
  private static final class Held {

    private final Map<String, StoredResponse> byId = new LinkedHashMap<>();
    private long bytes;

    Optional<StoredResponse> oldestEnded() {
      return byId.values().stream().filter(StoredResponse::isEnded).findFirst();
    }
  }

  StoredResponses(StateWriter writer, ResponseSettings settings) {
    this.writer = writer;
    this.settings = settings;
  }

  List<StoredResponse> all() {
    return List.copyOf(byId.values());
  }

  Optional<StoredResponse> find(String id) {
    return Optional.ofNullable(byId.get(id));
  }

  /** Results before this offset are read. */
  void resultsReadTo(long offset) {
    resultsReadTo = Math.max(resultsReadTo, offset);
  }

  /** Keeps a response that was written before. */
  void put(StoredResponse response) {
    StoredResponse before = byId.put(response.id(), response);
    if (before != null) {
      bytes -= size(before);
      if (before.tenant().equals(response.tenant())) {
        byTenant.get(before.tenant()).bytes -= size(before);
      } else {
        unhold(before);
      }
    }
    Held held = byTenant.computeIfAbsent(response.tenant(), _ -> new Held());
    held.byId.put(response.id(), response);
    held.bytes += size(response);
    bytes += size(response);
  }

  private void drop(StoredResponse response) {
    StoredResponse before = byId.remove(response.id());
    if (before != null) {
      bytes -= size(before);
      unhold(before);
    }
  }

  private void unhold(StoredResponse response) {
    byTenant.computeIfPresent(
        response.tenant(),
        (_, held) -> {
          if (held.byId.remove(response.id()) != null) {
            held.bytes -= size(response);
          }
          return held.byId.isEmpty() ? null : held;
        });
  }

  /**
   * Keeps a new response, and forgets old ones where there are too many.
   *
   * @throws ApiException with 503 if too many have not ended, or others have less and the tenant
   *     has none that has ended
   */
  CompletableFuture<Void> add(StoredResponse response) {
    StoredResponse begun = response.resultsFrom(resultsReadTo);
    put(begun);
    List<StateChange> changes = new ArrayList<>();
    changes.add(written(begun));
    while (isTooMuch()) {
      Optional<StoredResponse> spare = spare(response.tenant());
      if (spare.isEmpty()) {
        break;
      }
      drop(spare.get());
      changes.add(removed(spare.get()));
    }
    if (isTooMuch()) {
      changes.removeFirst();
      changes.add(removed(begun));
      drop(begun);
      var _ = writer.write(changes);
      throw new ApiException(
          ApiError.unavailable(
              "Too many stored responses are under way here; try again later, or set store to"
                  + " false.",
              PAUSE));
    }
    return writer.write(changes);
  }

  /** The oldest that has ended, of the tenant that has the most and not less than this one. */
  private Optional<StoredResponse> spare(String tenant) {
    double own = share(byTenant.get(tenant));
    return byTenant.values().stream()
        .filter(held -> share(held) >= own)
        .sorted(Comparator.comparingDouble(this::share).reversed())
        .flatMap(held -> held.oldestEnded().stream())
        .findFirst();
  }

  /** How much of the bounds it takes: of the one that it takes more of. */
  private double share(Held held) {
    return Math.max(
        (double) held.byId.size() / settings.mostStored(),
        (double) held.bytes / settings.mostStoredBytes());
  }

  private boolean isTooMuch() {
    return byId.size() > settings.mostStored() || bytes > settings.mostStoredBytes();
  }

  /** Writes a change that the next owner would find out itself, so that nobody waits for it. */
  void putAndWrite(StoredResponse response) {
    put(response);
    var _ =
        writer
            .write(List.of(written(response)))
            .exceptionally(
                failed -> {
                  LOG.debug("The end of response {} was not written", response.id(), failed);
                  return null;
                });
  }

  CompletableFuture<Void> remove(List<StoredResponse> gone) {
    for (StoredResponse each : gone) {
      drop(each);
    }
    return writer.write(gone.stream().map(StoredResponses::removed).toList());
  }

  private static StateChange written(StoredResponse response) {
    return new StateChange.Put(
        new StateEntry(ResponseRegistry.KIND, response.id(), ResponseCodec.encode(response)));
  }

  private static StateChange removed(StoredResponse response) {
    return new StateChange.Remove(ResponseRegistry.KIND, response.id());
  }

  private static long size(StoredResponse response) {
    return (long) response.echo().length + OVERHEAD;
  }
}
