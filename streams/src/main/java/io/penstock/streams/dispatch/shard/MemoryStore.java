package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchSession;
import io.penstock.schemas.ids.RequestKey;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A shard's memory in maps, for simulations and tests: it survives the shard as Streams' stores do,
 * but not the process. Visits in the order of writing. An instance belongs to one thread.
 */
public final class MemoryStore implements ShardStore {

  final Map<String, DispatchEntry> requests = new LinkedHashMap<>();
  final Map<String, DispatchFinished> finished = new LinkedHashMap<>();
  final Map<String, DispatchSession> sessions = new LinkedHashMap<>();

  @Override
  public @Nullable DispatchEntry request(String key) {
    return requests.get(key);
  }

  @Override
  public void putRequest(DispatchEntry entry) {
    requests.put(RequestKey.of(entry.getFacts()), entry);
  }

  @Override
  public void removeRequest(String key) {
    requests.remove(key);
  }

  @Override
  public void forEachRequest(Consumer<DispatchEntry> visitor) {
    List.copyOf(requests.values()).forEach(visitor);
  }

  @Override
  public @Nullable DispatchFinished finished(String key) {
    return finished.get(key);
  }

  @Override
  public void putFinished(String key, DispatchFinished mark) {
    finished.put(key, mark);
  }

  @Override
  public void forgetFinished(Instant before, int atMost) {
    Iterator<DispatchFinished> eldest = finished.values().iterator();
    for (int looked = 0; looked < atMost && eldest.hasNext(); looked++) {
      if (!eldest.next().getAt().isBefore(before)) {
        return;
      }
      eldest.remove();
    }
  }

  @Override
  public void putSession(String workerId, DispatchSession session) {
    sessions.put(workerId, session);
  }

  @Override
  public void removeSession(String workerId) {
    sessions.remove(workerId);
  }

  @Override
  public void forEachSession(BiConsumer<String, DispatchSession> visitor) {
    new LinkedHashMap<>(sessions).forEach(visitor);
  }
}
