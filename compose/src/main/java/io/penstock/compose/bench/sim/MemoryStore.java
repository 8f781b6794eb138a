package io.penstock.compose.bench.sim;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchSession;
import io.penstock.streams.dispatch.shard.ShardStore;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A shard's memory in maps. Nothing finished is forgotten: a run ends first. */
final class MemoryStore implements ShardStore {

  private final Map<String, DispatchEntry> requests = new HashMap<>();
  private final Map<String, DispatchFinished> finished = new HashMap<>();
  private final Map<String, DispatchSession> sessions = new HashMap<>();

  @Override
  public @Nullable DispatchEntry request(String id) {
    return requests.get(id);
  }

  @Override
  public void putRequest(DispatchEntry entry) {
    requests.put(entry.getFacts().getId(), entry);
  }

  @Override
  public void removeRequest(String id) {
    requests.remove(id);
  }

  @Override
  public void forEachRequest(Consumer<DispatchEntry> visitor) {
    List.copyOf(requests.values()).forEach(visitor);
  }

  @Override
  public @Nullable DispatchFinished finished(String id) {
    return finished.get(id);
  }

  @Override
  public void putFinished(String id, DispatchFinished mark) {
    finished.put(id, mark);
  }

  @Override
  public void forgetFinished(Instant before, int atMost) {}

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
    Map.copyOf(sessions).forEach(visitor);
  }
}
