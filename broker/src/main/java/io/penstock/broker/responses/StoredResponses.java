package io.penstock.broker.responses;

import io.penstock.broker.errors.ApiError;
import io.penstock.broker.errors.ApiException;
import io.penstock.broker.home.StateChange;
import io.penstock.broker.home.StateEntry;
import io.penstock.broker.home.StateWriter;
import io.penstock.broker.settings.ResponseSettings;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stored responses of one partition, the oldest first, within bounds. Not safe for use by many
 * threads.
 */
final class StoredResponses {

  private static final Logger LOG = LoggerFactory.getLogger(StoredResponses.class);

  private static final Duration PAUSE = Duration.ofSeconds(10);

  /** What a response takes beside its parameters, in bytes. */
  private static final int OVERHEAD = 400;

  private final StateWriter writer;
  private final ResponseSettings settings;
  private final Map<String, StoredResponse> byId = new LinkedHashMap<>();
  private long bytes;
  private long resultsReadTo;

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
    bytes += size(response) - (before == null ? 0 : size(before));
  }

  /**
   * Keeps a new response, and forgets old ones where there are too many.
   *
   * @throws ApiException with 503 if too many have not ended
   */
  CompletableFuture<Void> add(StoredResponse response) {
    StoredResponse begun = response.resultsFrom(resultsReadTo);
    put(begun);
    List<StateChange> changes = new ArrayList<>();
    changes.add(written(begun));
    for (Iterator<StoredResponse> oldest = byId.values().iterator();
        isTooMuch() && oldest.hasNext(); ) {
      StoredResponse each = oldest.next();
      if (each.isEnded()) {
        oldest.remove();
        bytes -= size(each);
        changes.add(removed(each));
      }
    }
    if (isTooMuch()) {
      changes.removeFirst();
      changes.add(removed(begun));
      byId.remove(begun.id());
      bytes -= size(begun);
      var _ = writer.write(changes);
      throw new ApiException(
          ApiError.unavailable(
              "Too many stored responses are under way here; try again later, or set store to"
                  + " false.",
              PAUSE));
    }
    return writer.write(changes);
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
      if (byId.remove(each.id()) != null) {
        bytes -= size(each);
      }
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
