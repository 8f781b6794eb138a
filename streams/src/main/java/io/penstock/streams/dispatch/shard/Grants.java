package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.fairness.Share;
import io.penstock.streams.dispatch.index.WaitingIndex;
import io.penstock.streams.dispatch.lifecycle.Decision;
import io.penstock.streams.dispatch.lifecycle.Event;
import io.penstock.streams.dispatch.lifecycle.Verdict;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.session.Sessions;
import io.penstock.streams.dispatch.session.WorkerSession;
import java.time.Instant;
import java.util.List;

/**
 * Gives what waits to those that ask, until nothing more can be given. A model and its variants are
 * looked at together, since a worker of the model serves them all. An instance belongs to one
 * thread.
 */
final class Grants {

  private final WaitingIndex index;
  private final Sessions sessions;
  private final Match match;
  private final AdmissionPolicy admissionPolicy;
  private final ServiceAccounting accounting;
  private final ShardStore store;
  private final Events events;

  Grants(
      WaitingIndex index,
      Sessions sessions,
      Match match,
      AdmissionPolicy admissionPolicy,
      ServiceAccounting accounting,
      ShardStore store,
      Events events) {
    this.index = index;
    this.sessions = sessions;
    this.match = match;
    this.admissionPolicy = admissionPolicy;
    this.accounting = accounting;
    this.store = store;
    this.events = events;
  }

  /** Offers a request that waits now, and did not before, to whoever may want it. */
  void grantTo(Decision decision, Instant now) {
    decision.waiting().ifPresent(entry -> grant(model(entry), now));
  }

  /** Every model that has something to offer. */
  void grantAll(Instant now) {
    for (String model : List.copyOf(index.models())) {
      grant(model, now);
    }
  }

  void grant(String model, Instant now) {
    long nowMicros = Candidate.micros(now);
    for (List<Target> targets = index.targets(model);
        !targets.isEmpty();
        targets = index.targets(model)) {
      List<WorkerSession> open = sessions.open(model, targets, nowMicros);
      if (open.isEmpty()) {
        return;
      }
      Match.Pair pair = match.next(model, targets, open, nowMicros);
      if (pair == null) {
        return;
      }
      WorkerSession session = pair.session();
      long sequence = session.grant(pair.candidate(), nowMicros);
      admissionPolicy.granted(model, pair.candidate().serviceClass(), pair.light(), nowMicros);
      store.putSession(session.workerId(), sessions.stored(session));
      Share share =
          index.charge(pair.candidate(), accounting.expected(pair.candidate()), nowMicros);
      Decision granted =
          events.happened(
              pair.candidate().key(),
              new Event.Granted(session.workerId(), session.session(), sequence, share),
              now);
      if (granted.verdict() != Verdict.LEASED) {
        // The store knows it as something else: offering it again would use up the window.
        index.remove(pair.candidate().key());
      }
    }
  }

  private static String model(DispatchEntry entry) {
    return entry.getFacts().getChoice().getModel();
  }
}
