package io.penstock.streams.dispatch.session;

import io.penstock.schemas.DispatchFormerSession;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The sessions that were replaced lately, with what they were granted and which of their demands
 * were read. A demand may come long after it was sent, when its session has been replaced and even
 * the next one is silent. It must then find its session as it was. A session that began anew would
 * use numbers of its leases again, and the worker takes a lease with a used number for a copy of
 * the first. An instance belongs to one thread.
 */
final class FormerSessions {

  /** A worker's producer gives a record up after 10 s. */
  static final long KEPT_MICROS = 5 * 60 * 1_000_000L;

  /** A worker that fails again and again must not fill the memory. */
  static final int MOST_PER_WORKER = 16;

  private final Map<String, Deque<Former>> byWorker = new HashMap<>();

  private record Former(WorkerSession session, long sinceMicros) {}

  /** Another session has replaced this one. */
  void add(WorkerSession session, long nowMicros) {
    Deque<Former> formers = byWorker.computeIfAbsent(session.workerId(), _ -> new ArrayDeque<>(2));
    formers.addLast(new Former(session, nowMicros));
    if (formers.size() > MOST_PER_WORKER) {
      formers.removeFirst();
    }
  }

  @Nullable WorkerSession find(String workerId, String sessionId) {
    Deque<Former> formers = byWorker.get(workerId);
    if (formers != null) {
      for (Former each : formers) {
        if (each.session().session().equals(sessionId)) {
          return each.session();
        }
      }
    }
    return null;
  }

  /** The session is the worker's latest again. */
  void remove(WorkerSession session) {
    Deque<Former> formers = byWorker.get(session.workerId());
    if (formers != null) {
      formers.removeIf(each -> each.session() == session);
    }
  }

  /** Forgets what was replaced too long ago for a demand to be on its way still. */
  void forget(long nowMicros) {
    byWorker
        .values()
        .removeIf(
            formers -> {
              formers.removeIf(each -> nowMicros - each.sinceMicros() > KEPT_MICROS);
              return formers.isEmpty();
            });
  }

  /** What must survive a restart. */
  List<DispatchFormerSession> stored(String workerId) {
    Deque<Former> formers = byWorker.get(workerId);
    return formers == null
        ? List.of()
        : formers.stream()
            .map(Former::session)
            .map(each -> new DispatchFormerSession(each.session(), each.granted()))
            .toList();
  }
}
