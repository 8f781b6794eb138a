package io.penstock.compose.bench.protocol;

import io.penstock.schemas.Lease;
import io.penstock.schemas.WorkerDemand;
import java.util.LinkedHashMap;
import java.util.Map;

/** What each session of a worker asked a shard for, and what it was granted. */
final class Windows {

  /** More than there are sessions at any time that anybody still grants to. */
  private static final int REMEMBERED = 5_000;

  private static final class Window {
    private long limit;
    private long granted;
  }

  private final Map<String, Window> windows =
      new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Window> eldest) {
          return size() > REMEMBERED;
        }
      };

  /** A worker sent a demand, whether or not it ever comes. */
  void asked(int shard, WorkerDemand demand) {
    Window window = window(shard, demand.getSession());
    window.limit = Math.max(window.limit, demand.getLeaseLimit());
  }

  /** A grant was committed. */
  void granted(Lease lease) {
    Window window = window(lease.getPartition(), lease.getSession());
    window.granted++;
    if (lease.getSequence() != window.granted) {
      throw new ViolationException(
          Invariant.WITHIN_WINDOW,
          "%s of %s was granted number %d after number %d by shard %d"
              .formatted(
                  lease.getSession(),
                  lease.getWorkerId(),
                  lease.getSequence(),
                  window.granted - 1,
                  lease.getPartition()));
    }
    if (window.granted > window.limit) {
      throw new ViolationException(
          Invariant.WITHIN_WINDOW,
          "%s of %s was granted %d by shard %d, and asked for %d"
              .formatted(
                  lease.getSession(),
                  lease.getWorkerId(),
                  window.granted,
                  lease.getPartition(),
                  window.limit));
    }
  }

  private Window window(int shard, String session) {
    return windows.computeIfAbsent(session + "/" + shard, _ -> new Window());
  }
}
