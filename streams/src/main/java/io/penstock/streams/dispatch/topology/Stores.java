package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchSession;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.streams.dispatch.shard.ShardStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.processor.api.ProcessorContext;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/** A shard's memory in Streams' state stores, which their changelogs restore anywhere. */
final class Stores implements ShardStore {

  static final String REQUESTS = "requests";
  static final String FINISHED = "finished";
  static final String SESSIONS = "sessions";

  private final KeyValueStore<String, DispatchEntry> requests;
  private final KeyValueStore<String, DispatchFinished> finished;
  private final KeyValueStore<String, DispatchSession> sessions;
  private @Nullable String lookedAtUpTo;

  Stores(ProcessorContext<?, ?> context) {
    this.requests = context.getStateStore(REQUESTS);
    this.finished = context.getStateStore(FINISHED);
    this.sessions = context.getStateStore(SESSIONS);
  }

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
    requests.delete(key);
  }

  @Override
  public void forEachRequest(Consumer<DispatchEntry> visitor) {
    List<KeyValue<String, DispatchEntry>> former = new ArrayList<>(0);
    try (KeyValueIterator<String, DispatchEntry> all = requests.all()) {
      all.forEachRemaining(
          pair -> {
            if (!pair.key.equals(RequestKey.of(pair.value.getFacts()))) {
              former.add(pair);
            }
            visitor.accept(pair.value);
          });
    }
    // A version before ids were unique by tenant kept requests by their id alone.
    for (KeyValue<String, DispatchEntry> pair : former) {
      requests.delete(pair.key);
      putRequest(pair.value);
    }
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
    try (KeyValueIterator<String, DispatchFinished> rest =
        lookedAtUpTo == null ? finished.all() : finished.range(lookedAtUpTo, null)) {
      String last = null;
      for (int lookedAt = 0; lookedAt < atMost && rest.hasNext(); lookedAt++) {
        KeyValue<String, DispatchFinished> pair = rest.next();
        last = pair.key;
        if (pair.value.getAt().isBefore(before)) {
          finished.delete(pair.key);
        }
      }
      lookedAtUpTo = rest.hasNext() ? last : null;
    }
  }

  @Override
  public void putSession(String workerId, DispatchSession session) {
    sessions.put(workerId, session);
  }

  @Override
  public void removeSession(String workerId) {
    sessions.delete(workerId);
  }

  @Override
  public void forEachSession(BiConsumer<String, DispatchSession> visitor) {
    try (KeyValueIterator<String, DispatchSession> all = sessions.all()) {
      all.forEachRemaining(pair -> visitor.accept(pair.key, pair.value));
    }
  }
}
