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
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The stored responses of one partition, within bounds that all tenants share. Where there are too
 * many, the tenant that has the most makes room: no tenant loses responses to one that has more.
 * Those under way make no room, so a tenant may have no more of them under way than the others
 * leave free: one alone takes half of the bounds, and each that comes later finds some room.
 *
 * <p>Not safe for use by many threads.
 */
final class StoredResponses {

  private static final Logger LOG = LoggerFactory.getLogger(StoredResponses.class);

  private static final Duration PAUSE = Duration.ofSeconds(10);

  /** So many results are read in less than a second. */
  private static final long WORTH_SAVING = 1000;

  /** What a response takes beside its parameters and input, in bytes. */
  private static final int OVERHEAD = 400;

  private final StateWriter writer;
  private final ResponseSettings settings;
  private final Map<String, StoredResponse> byId = new LinkedHashMap<>();
  private final Map<String, Held> byTenant = new HashMap<>();
  private final Size size = new Size();
  private final Size open = new Size();
  private long resultsReadTo;

  /** Results before this offset were read for all responses, and an entry says so. */
  private long savedPosition;

  /** How many responses there are, and how much memory they take. */
  private static final class Size {

    private int count;
    private long bytes;

    void add(StoredResponse response) {
      count++;
      bytes += bytes(response);
    }

    void remove(StoredResponse response) {
      count--;
      bytes -= bytes(response);
    }

    private static long bytes(StoredResponse response) {
      return (long) response.echo().length + response.input().length + OVERHEAD;
    }
  }

  /** What one tenant has, the oldest first. */
  private static final class Held {

    private final Map<String, StoredResponse> byId = new LinkedHashMap<>();
    private final Size size = new Size();
    private final Size open = new Size();

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

  /** An entry says that results before this offset were read for all responses. */
  void savedPosition(long offset) {
    savedPosition = offset;
    resultsReadTo(offset);
  }

  /** From where results are needed; empty if all have ended. */
  OptionalLong resultsFrom() {
    return byId.values().stream()
        .filter(each -> !each.isEnded())
        .mapToLong(each -> Math.max(each.resultsFrom(), savedPosition))
        .min();
  }

  /**
   * Writes how far results were read, so that one response that is long under way does not let the
   * next owner read everything since it began. What was read before has been written before.
   */
  void savePosition() {
    OptionalLong from = resultsFrom();
    if (from.isPresent() && resultsReadTo - from.getAsLong() >= WORTH_SAVING) {
      savedPosition = resultsReadTo;
      putQuietly(ResponseCodec.position(writer.partition(), resultsReadTo));
    }
  }

  /** Results before this offset are read. */
  void resultsReadTo(long offset) {
    resultsReadTo = Math.max(resultsReadTo, offset);
  }

  /** Keeps a response that an earlier owner wrote, which had read results up to there. */
  void restore(StoredResponse response) {
    put(response);
    resultsReadTo(response.resultsFrom());
    response.end().ifPresent(end -> resultsReadTo(end.place().offset() + 1));
  }

  private void put(StoredResponse response) {
    StoredResponse before = byId.get(response.id());
    if (before != null && !before.tenant().equals(response.tenant())) {
      drop(before);
      before = null;
    }
    byId.put(response.id(), response);
    Held held = byTenant.computeIfAbsent(response.tenant(), _ -> new Held());
    held.byId.put(response.id(), response);
    if (before != null) {
      uncount(held, before);
    }
    size.add(response);
    held.size.add(response);
    if (!response.isEnded()) {
      open.add(response);
      held.open.add(response);
    }
  }

  private void drop(StoredResponse response) {
    StoredResponse before = byId.remove(response.id());
    if (before != null) {
      Held held = byTenant.get(before.tenant());
      held.byId.remove(before.id());
      uncount(held, before);
      if (held.byId.isEmpty()) {
        byTenant.remove(before.tenant());
      }
    }
  }

  private void uncount(Held held, StoredResponse response) {
    size.remove(response);
    held.size.remove(response);
    if (!response.isEnded()) {
      open.remove(response);
      held.open.remove(response);
    }
  }

  /**
   * Keeps a new response, and forgets old ones where there are too many.
   *
   * @throws ApiException with 429 if the tenant has too many under way, and with 503 if others have
   */
  CompletableFuture<Void> add(StoredResponse response) {
    StoredResponse begun = response.resultsFrom(resultsReadTo);
    put(begun);
    List<StateChange> changes = new ArrayList<>();
    changes.add(written(begun));
    boolean tooMuchOpen = isTooMuchOpen(byTenant.get(begun.tenant()));
    while (isTooMuch() && !tooMuchOpen) {
      Optional<StoredResponse> spare = spare(response.tenant());
      if (spare.isEmpty()) {
        break;
      }
      drop(spare.get());
      changes.add(removed(spare.get()));
    }
    if (isTooMuch() || tooMuchOpen) {
      ApiException refusal = refusal(byTenant.get(begun.tenant()));
      changes.removeFirst();
      changes.add(removed(begun));
      drop(begun);
      var _ = writer.write(changes);
      throw refusal;
    }
    return writer.write(changes);
  }

  /** Whether a tenant has more under way than others leave free, and more than one. */
  private boolean isTooMuchOpen(Held held) {
    return held.open.count > 1
        && (held.open.count + open.count > settings.mostStored()
            || held.open.bytes + open.bytes > settings.mostStoredBytes());
  }

  private static ApiException refusal(Held held) {
    return new ApiException(
        held.open.count > 1
            ? new ApiError(
                    429,
                    "requests",
                    "too_many_open_responses",
                    "You have %d stored responses under way here, and no room is left for more; wait until some have ended, or set store to false."
                        .formatted(held.open.count - 1),
                    Optional.empty(),
                    Map.of())
                .retryAfter(PAUSE)
            : ApiError.unavailable(
                "Too many stored responses are under way here; try again later, or set store to"
                    + " false.",
                PAUSE));
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
        (double) held.size.count / settings.mostStored(),
        (double) held.size.bytes / settings.mostStoredBytes());
  }

  private boolean isTooMuch() {
    return size.count > settings.mostStored() || size.bytes > settings.mostStoredBytes();
  }

  /** Writes a change that the next owner would find out itself, so that nobody waits for it. */
  void putAndWrite(StoredResponse response) {
    put(response);
    putQuietly(entry(response));
  }

  private void putQuietly(StateEntry entry) {
    var _ =
        writer
            .write(List.of(new StateChange.Put(entry)))
            .exceptionally(
                failed -> {
                  LOG.debug("The entry {} was not written", entry.key(), failed);
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
    return new StateChange.Put(entry(response));
  }

  private static StateEntry entry(StoredResponse response) {
    return new StateEntry(ResponseRegistry.KIND, response.id(), ResponseCodec.encode(response));
  }

  private static StateChange removed(StoredResponse response) {
    return new StateChange.Remove(ResponseRegistry.KIND, response.id());
  }
}
