package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchSession;
import java.time.Instant;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The state that a shard keeps over a restart. It changes in the transaction of the event. Requests
 * are known by their {@link io.penstock.schemas.ids.RequestKey}.
 */
public interface ShardStore {

  /** An unfinished request, or null. */
  @Nullable DispatchEntry request(String key);

  void putRequest(DispatchEntry entry);

  void removeRequest(String key);

  void forEachRequest(Consumer<DispatchEntry> visitor);

  /** The memory of a request that has finished or was cancelled before it arrived, or null. */
  @Nullable DispatchFinished finished(String key);

  void putFinished(String key, DispatchFinished mark);

  /**
   * Forgets some of the requests finished before an instant. Each call goes on where the last one
   * stopped.
   *
   * @param atMost how many to look at
   */
  void forgetFinished(Instant before, int atMost);

  void putSession(String workerId, DispatchSession session);

  void removeSession(String workerId);

  void forEachSession(BiConsumer<String, DispatchSession> visitor);
}
