package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.streams.dispatch.index.WaitingIndex;
import io.penstock.streams.dispatch.lifecycle.Decision;
import io.penstock.streams.dispatch.lifecycle.Event;
import io.penstock.streams.dispatch.lifecycle.Verdict;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.session.Sessions;
import io.penstock.streams.dispatch.session.WorkerSession;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Ends what is over by the passing of time: leases of workers that are silent, have stopped or were
 * replaced, and requests whose deadline has passed. An instance belongs to one thread.
 */
final class Lapses {

  /** A tick is one transaction, which must end long before its time-out. */
  private static final int EXPIRED_PER_TICK = 2000;

  /** A longer time between ticks means that nobody listened to heartbeats either. */
  private static final Duration STALL = Duration.ofSeconds(1);

  private final ShardSettings settings;
  private final WaitingIndex index;
  private final Sessions sessions;
  private final ShardStore store;
  private final Grants grants;
  private final Events events;
  private final List<DispatchEntry> orphans = new ArrayList<>();
  private @Nullable Instant lastTick;

  Lapses(
      ShardSettings settings,
      WaitingIndex index,
      Sessions sessions,
      ShardStore store,
      Grants grants,
      Events events) {
    this.settings = settings;
    this.index = index;
    this.sessions = sessions;
    this.store = store;
    this.grants = grants;
    this.events = events;
  }

  /** A lease was found at start whose session is not known. */
  void orphaned(DispatchEntry leased) {
    orphans.add(leased);
  }

  /** A worker that had not stopped began a new session: takes back what the former one held. */
  void superseded(WorkerSession former, Instant now) {
    takeBack(former, lost(former, "its worker began a new session"), now);
  }

  void tick(Instant now) {
    long nowMicros = Candidate.micros(now);
    excuseStall(now);
    takeBackOrphans(now);
    takeBackLapsed(nowMicros, now);
    expire(nowMicros, now);
  }

  private void excuseStall(Instant now) {
    if (lastTick != null && Duration.between(lastTick, now).compareTo(STALL) > 0) {
      sessions.excuse(micros(Duration.between(lastTick, now)), Candidate.micros(now));
    }
    lastTick = now;
  }

  private void takeBackOrphans(Instant now) {
    for (DispatchEntry orphan : orphans) {
      Event lost =
          new Event.LeaseLost(
              orphan.getLease().orElseThrow().getSession(), lost("its worker is no longer known"));
      grants.grantTo(events.happened(RequestKey.of(orphan.getFacts()), lost, now), now);
    }
    orphans.clear();
  }

  private void takeBackLapsed(long nowMicros, Instant now) {
    for (WorkerSession session : sessions.ended(nowMicros)) {
      takeBack(session, new Event.GivenBack(session.session()), now);
    }
    for (WorkerSession session : sessions.silent(nowMicros)) {
      String why = "its worker was silent for more than " + settings.leaseTimeout();
      takeBack(session, lost(session, why), now);
    }
    sessions.unconfirmed(
        nowMicros,
        (session, keys) -> {
          Instant avoidUntil = now.plus(settings.leaseTimeout().multipliedBy(2));
          takeBack(session, keys, new Event.Unconfirmed(session.session(), avoidUntil), now);
        });
    for (WorkerSession session : sessions.forgotten(nowMicros)) {
      store.removeSession(session.workerId());
    }
  }

  private void takeBack(WorkerSession session, Event event, Instant now) {
    takeBack(session, session.leased(), event, now);
  }

  private void takeBack(WorkerSession session, List<String> keys, Event event, Instant now) {
    for (String key : keys) {
      var decision = events.happened(key, event, now);
      session.release(key);
      grants.grantTo(decision, now);
    }
  }

  private void expire(long nowMicros, Instant now) {
    Candidate expired = index.expired(nowMicros);
    for (int count = 0; expired != null && count < EXPIRED_PER_TICK; count++) {
      Decision decision = events.happened(expired.key(), new Event.DeadlinePassed(), now);
      if (decision.verdict() == Verdict.IGNORED) {
        // The store knows it as something else: it would be the first to expire for ever.
        index.remove(expired.key());
      }
      expired = index.expired(nowMicros);
    }
    long overdue = nowMicros - micros(settings.overdueGrace());
    for (WorkerSession session : List.copyOf(sessions.all())) {
      session.overdue(overdue).forEach(key -> events.happened(key, new Event.Overdue(), now));
    }
  }

  private static Event lost(WorkerSession session, String why) {
    return new Event.LeaseLost(session.session(), lost(why));
  }

  private static Failure lost(String why) {
    return new Failure(
        FailureCategory.LEASE_LOST,
        "lease_lost",
        "The lease was taken back: " + why + ".",
        null,
        null,
        null);
  }

  private static long micros(Duration duration) {
    return duration.toNanos() / 1000;
  }
}
