package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchSession;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A shard's memory in maps; it survives the shard as Streams' stores do. */
final class MemoryStore implements ShardStore {

  final Map<String, DispatchEntry> requests = new LinkedHashMap<>();
  final Map<String, DispatchFinished> finished = new LinkedHashMap<>();
  final Map<String, DispatchSession> sessions = new LinkedHashMap<>();

  @Override
  public DispatchEntry request(String id) {
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
  public DispatchFinished finished(String id) {
    return finished.get(id);
  }

  @Override
  public void putFinished(String id, DispatchFinished mark) {
    finished.put(id, mark);
  }

  @Override
  public void forgetFinished(Instant before, int atMost) {
    finished.values().removeIf(mark -> mark.getAt().isBefore(before));
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
    Map.copyOf(sessions).forEach(visitor);
  }
}
