package io.penstock.compose.bench.protocol;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchSession;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.streams.dispatch.shard.ShardStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The committed state of one shard, as changelogs keep it, and the views of its owners: each sees
 * its own changes at once, and nobody else does before they are committed. An owner that was
 * replaced sees the state as it was then.
 */
final class ShardState {

  private final Map<String, DispatchEntry> requests = new LinkedHashMap<>();
  private final Map<String, DispatchFinished> finished = new LinkedHashMap<>();
  private final Map<String, DispatchSession> sessions = new LinkedHashMap<>();
  private final List<View> replaced = new ArrayList<>();
  private final @Nullable PlantedBug planted;

  ShardState(@Nullable PlantedBug planted) {
    this.planted = planted;
  }

  /** How many requests are not finished. */
  int unfinished() {
    return requests.size();
  }

  /** The state as a new owner finds it. */
  View view() {
    return new View();
  }

  /** The changes of an owner that are not committed, over a table. */
  private static final class Layer<V> {

    private final Map<String, V> table;

    /** What the owner changed; null where it removed. */
    private final Map<String, @Nullable V> changed = new LinkedHashMap<>();

    /** What a successor changed, as it was before. */
    private final Map<String, @Nullable V> before = new HashMap<>();

    Layer(Map<String, V> table) {
      this.table = table;
    }

    @Nullable V get(String key) {
      if (changed.containsKey(key)) {
        return changed.get(key);
      }
      return before.containsKey(key) ? before.get(key) : table.get(key);
    }

    void put(String key, @Nullable V value) {
      changed.put(key, value);
    }

    void forEach(BiConsumer<String, V> visitor) {
      Map<String, V> seen = new LinkedHashMap<>(table);
      merge(seen, before);
      merge(seen, changed);
      seen.forEach(visitor);
    }

    void commit(List<Layer<V>> others) {
      for (String key : changed.keySet()) {
        for (Layer<V> other : others) {
          if (!other.before.containsKey(key)) {
            other.before.put(key, table.get(key));
          }
        }
      }
      merge(table, changed);
      changed.clear();
    }

    private static <V> void merge(Map<String, V> into, Map<String, @Nullable V> changes) {
      changes.forEach(
          (key, value) -> {
            if (value == null) {
              into.remove(key);
            } else {
              into.put(key, value);
            }
          });
    }
  }

  /** An owner's view. */
  final class View implements ShardStore {

    private final Layer<DispatchEntry> own = new Layer<>(requests);
    private final Layer<DispatchFinished> ended = new Layer<>(finished);
    private final Layer<DispatchSession> known = new Layer<>(sessions);

    boolean isChanged() {
      return !own.changed.isEmpty() || !ended.changed.isEmpty() || !known.changed.isEmpty();
    }

    /** What was changed becomes the state that others find. */
    void commit() {
      own.commit(replaced.stream().map(view -> view.own).toList());
      ended.commit(replaced.stream().map(view -> view.ended).toList());
      known.commit(replaced.stream().map(view -> view.known).toList());
    }

    /** Another owner begins, and this one goes on. */
    void replaced() {
      replaced.add(this);
    }

    /** This owner has ended. */
    void close() {
      replaced.remove(this);
    }

    @Override
    public @Nullable DispatchEntry request(String key) {
      return own.get(key);
    }

    @Override
    public void putRequest(DispatchEntry entry) {
      own.put(RequestKey.of(entry.getFacts()), entry);
    }

    @Override
    public void removeRequest(String key) {
      own.put(key, null);
    }

    @Override
    public void forEachRequest(Consumer<DispatchEntry> visitor) {
      own.forEach((_, entry) -> visitor.accept(entry));
    }

    @Override
    public @Nullable DispatchFinished finished(String key) {
      return ended.get(key);
    }

    @Override
    public void putFinished(String key, DispatchFinished mark) {
      boolean early = mark.getStatus().isEmpty() && mark.getMovedTo().isEmpty();
      if (planted != PlantedBug.LEASE_AFTER_CANCEL || !early) {
        ended.put(key, mark);
      }
    }

    /** Marks are written in the order of time, nearly: the first ones are the oldest. */
    @Override
    public void forgetFinished(Instant before, int atMost) {
      int looked = 0;
      for (Map.Entry<String, DispatchFinished> eldest : finished.entrySet()) {
        if (++looked > atMost || !eldest.getValue().getAt().isBefore(before)) {
          return;
        }
        ended.put(eldest.getKey(), null);
      }
    }

    @Override
    public void putSession(String workerId, DispatchSession session) {
      known.put(workerId, session);
    }

    @Override
    public void removeSession(String workerId) {
      known.put(workerId, null);
    }

    @Override
    public void forEachSession(BiConsumer<String, DispatchSession> visitor) {
      known.forEach(
          (workerId, session) ->
              visitor.accept(
                  workerId,
                  planted == PlantedBug.WINDOW_COUNTED_TWICE
                      ? new DispatchSession(session.getSession(), 0L, session.getFormer())
                      : session));
    }
  }
}
