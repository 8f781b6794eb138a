package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.RequestStatus;
import io.penstock.streams.dispatch.fairness.Share;
import io.penstock.streams.dispatch.health.TargetBook;
import io.penstock.streams.dispatch.health.TargetWatch;
import io.penstock.streams.dispatch.index.WaitingIndex;
import io.penstock.streams.dispatch.lifecycle.Decision;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.lifecycle.Event;
import io.penstock.streams.dispatch.lifecycle.Lifecycle;
import io.penstock.streams.dispatch.lifecycle.State;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.session.Sessions;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one shard: what an event does to one is decided by the lifecycle, and carried out
 * here in the store, in memory and in the records written. For one thread.
 */
final class Requests implements Events {

  private final Lifecycle lifecycle;
  private final Settlement settlement;
  private final WaitingIndex index;
  private final Sessions sessions;
  private final TargetBook book;
  private final ShardStore store;
  private final ShardOutput output;
  private final ShardMetrics metrics;
  private final Interner interner = new Interner();

  /**
   * What came of an attempt that ended.
   *
   * @param recovering the model of a target that was not healthy before, and may serve more now; or
   *     null
   */
  record Ended(Decision decision, @Nullable String recovering) {}

  Requests(
      Lifecycle lifecycle,
      Settlement settlement,
      WaitingIndex index,
      Sessions sessions,
      TargetBook book,
      ShardStore store,
      ShardOutput output,
      ShardMetrics metrics) {
    this.lifecycle = lifecycle;
    this.settlement = settlement;
    this.index = index;
    this.sessions = sessions;
    this.book = book;
    this.store = store;
    this.output = output;
    this.metrics = metrics;
  }

  /**
   * Rebuilds memory from the store; the sessions are there already.
   *
   * @param orphans told of each lease whose session is not known
   */
  void restore(Consumer<DispatchEntry> orphans, Instant now) {
    Map<Candidate, Share> shares = new LinkedHashMap<>();
    store.forEachRequest(
        entry -> {
          switch (State.of(entry)) {
            case State.Leased leased -> {
              Candidate candidate = interner.candidate(entry);
              DispatchLease lease = leased.lease();
              shares.put(candidate, new Share(lease.getTenantServed(), lease.getLeastServed()));
              book.restored(candidate.target(), candidate.id(), now);
              if (!sessions.restoreLease(candidate, lease)) {
                orphans.accept(entry);
              }
            }
            case State.Waiting ignored -> enqueue(entry, Candidate.micros(now));
            case State.Unknown ignored -> {}
            case State.Forestalled ignored -> {}
            case State.Moved ignored -> {}
            case State.Finished ignored -> {}
          }
        });
    shares.forEach(index::restore);
  }

  /** An attempt ended: its target is judged by it, and the request's fate by both. */
  Ended ended(AttemptOutcome outcome, Instant now) {
    String id = outcome.getRequestId();
    DispatchEntry entry = store.request(id);
    State state = state(id, entry);
    Instant excusedUntil = null;
    String recovering = null;
    if (state instanceof State.Leased leased && Lifecycle.isCurrent(outcome, leased)) {
      ModelChoice choice = leased.entry().getFacts().getChoice();
      String target = Candidate.target(choice);
      recovering = book.troubled(target) == null ? null : choice.getModel();
      excusedUntil = book.ended(target, outcome, now);
    }
    Event event = new Event.Ended(outcome, excusedUntil);
    return new Ended(carryOut(id, entry, state, event, now), recovering);
  }

  /** Loads, decides, applies. */
  @Override
  public Decision happened(String id, Event event, Instant now) {
    DispatchEntry entry = store.request(id);
    return carryOut(id, entry, state(id, entry), event, now);
  }

  private Decision carryOut(
      String id, @Nullable DispatchEntry entry, State state, Event event, Instant now) {
    Decision decision = lifecycle.decide(event, state, now);
    decision.change().ifPresent(next -> apply(id, state, event, next, now));
    String traceparent = traceparent(event, entry);
    for (Effect effect : decision.effects()) {
      output.write(explained(effect, decision, now), traceparent);
    }
    metrics.decided(event, decision, entry);
    return decision;
  }

  /** What waits for an unhealthy target is told so. */
  private Effect explained(Effect effect, Decision decision, Instant now) {
    if (!book.hasTrouble()
        || !(effect instanceof Effect.Announce(RequestStatus status))
        || decision.waiting().isEmpty()) {
      return effect;
    }
    TargetWatch watch = book.unhealthy(target(decision.waiting().get()));
    return watch == null
        ? effect
        : new Effect.Announce(
            RequestStatus.newBuilder(status).setFailure(watch.failure(now)).build());
  }

  private State state(String id, @Nullable DispatchEntry entry) {
    if (entry != null) {
      return State.of(entry);
    }
    DispatchFinished mark = store.finished(id);
    return mark == null ? State.UNKNOWN : State.of(mark);
  }

  private void apply(String id, State before, Event event, State next, Instant now) {
    if (before instanceof State.Leased leased && !(next instanceof State.Leased)) {
      sessions.release(id, leased.lease());
      Candidate candidate = interner.candidate(leased.entry());
      index.charge(candidate, settlement.correction(candidate, event), Candidate.micros(now));
      book.released(candidate.target(), id, now);
    }
    switch (next) {
      case State.Waiting(DispatchEntry entry) -> {
        store.putRequest(entry);
        enqueue(entry, Candidate.micros(now));
      }
      case State.Leased leased -> {
        store.putRequest(leased.entry());
        if (before instanceof State.Waiting) {
          index.remove(id);
          book.granted(target(leased.entry()), id, now);
        }
      }
      case State.Finished(DispatchFinished mark) -> leave(id, before, mark);
      case State.Moved(DispatchFinished mark) -> leave(id, before, mark);
      case State.Forestalled(DispatchFinished mark) -> leave(id, before, mark);
      case State.Unknown ignored -> {}
    }
  }

  private void leave(String id, State before, DispatchFinished mark) {
    store.putFinished(id, mark);
    if (before instanceof State.Waiting || before instanceof State.Leased) {
      store.removeRequest(id);
      index.remove(id);
    }
  }

  private void enqueue(DispatchEntry entry, long nowMicros) {
    long backoff = entry.getNotBefore().map(Candidate::micros).orElse(nowMicros);
    long deferred = entry.getFacts().getNotBefore().map(Candidate::micros).orElse(nowMicros);
    index.put(interner.candidate(entry), Math.max(backoff, deferred), nowMicros);
  }

  private static String target(DispatchEntry entry) {
    return Candidate.target(entry.getFacts().getChoice());
  }

  private static @Nullable String traceparent(Event event, @Nullable DispatchEntry entry) {
    if (entry != null) {
      return entry.getTraceparent().orElse(null);
    }
    return switch (event) {
      case Event.Arrived arrived -> arrived.traceparent();
      case Event.Transferred(DispatchTransfer transfer) ->
          transfer.getEntry().getTraceparent().orElse(null);
      case Event.Granted ignored -> null;
      case Event.Ended ignored -> null;
      case Event.LeaseLost ignored -> null;
      case Event.GivenBack ignored -> null;
      case Event.DeadlinePassed ignored -> null;
      case Event.Overdue ignored -> null;
      case Event.CancelAsked ignored -> null;
      case Event.Reprioritised ignored -> null;
      case Event.Moved ignored -> null;
    };
  }
}
