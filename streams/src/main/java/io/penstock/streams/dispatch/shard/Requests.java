package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.RequestStatus;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.fairness.Share;
import io.penstock.streams.dispatch.fleet.Commitments;
import io.penstock.streams.dispatch.health.TargetBook;
import io.penstock.streams.dispatch.health.TargetWatch;
import io.penstock.streams.dispatch.index.Delay;
import io.penstock.streams.dispatch.index.WaitingIndex;
import io.penstock.streams.dispatch.lifecycle.Decision;
import io.penstock.streams.dispatch.lifecycle.Effect;
import io.penstock.streams.dispatch.lifecycle.Event;
import io.penstock.streams.dispatch.lifecycle.Fault;
import io.penstock.streams.dispatch.lifecycle.Lifecycle;
import io.penstock.streams.dispatch.lifecycle.State;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.session.Sessions;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one shard: what an event does to one is decided by the lifecycle, and carried out
 * here in the store, in memory and in the records written. An instance belongs to one thread.
 */
final class Requests implements Events {

  private final Lifecycle lifecycle;
  private final ServiceAccounting accounting;
  private final WaitingIndex index;
  private final Sessions sessions;
  private final TargetBook book;
  private final Faults faults;
  private final Candidates candidates;
  private final Commitments commitments;
  private final ShardStore store;
  private final ShardOutput output;
  private final ShardMetrics metrics;

  /** The requests under lease, as they were when they were granted. */
  private final Map<String, Candidate> leased = new HashMap<>();

  /**
   * The result of an attempt that ended.
   *
   * @param recovering the model of a target that was not healthy before, and may serve more now; or
   *     null
   */
  record Ended(Decision decision, @Nullable String recovering) {}

  Requests(
      Lifecycle lifecycle,
      ServiceAccounting accounting,
      WaitingIndex index,
      Sessions sessions,
      TargetBook book,
      Faults faults,
      Candidates candidates,
      Commitments commitments,
      ShardStore store,
      ShardOutput output,
      ShardMetrics metrics) {
    this.lifecycle = lifecycle;
    this.accounting = accounting;
    this.index = index;
    this.sessions = sessions;
    this.book = book;
    this.faults = faults;
    this.candidates = candidates;
    this.commitments = commitments;
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
          commitments.changed(null, entry);
          switch (State.of(entry)) {
            case State.Leased(DispatchEntry ignored, DispatchLease lease) -> {
              Candidate candidate = candidates.of(entry);
              leased.put(candidate.key(), candidate);
              shares.put(candidate, new Share(lease.getTenantServed(), lease.getLeastServed()));
              book.restored(candidate.target(), candidate.key(), candidate.account(), now);
              if (!sessions.restoreLease(candidate, lease, Candidate.micros(now))) {
                orphans.accept(entry);
              }
            }
            case State.Waiting ignored -> enqueue(entry, Candidate.micros(now));
            case State.Unknown ignored -> {}
            case State.CancelledBeforeArrival ignored -> {}
            case State.Moved ignored -> {}
            case State.Finished ignored -> {}
          }
        });
    shares.forEach(index::restore);
  }

  /** An attempt ended: its target is judged by it, and the request's fate by both. */
  Ended ended(AttemptOutcome outcome, Instant now) {
    String key = key(outcome);
    DispatchEntry entry = store.request(key);
    State state = state(key, entry);
    Fault fault = Fault.REQUEST;
    String recovering = null;
    if (state instanceof State.Leased current && Lifecycle.isCurrent(outcome, current)) {
      ModelChoice choice = current.entry().getFacts().getChoice();
      recovering = book.troubled(Target.of(choice)) == null ? null : choice.getModel();
      fault = faults.of(current, granted(key, current), outcome, now);
    }
    Event event = new Event.Ended(outcome, fault);
    return new Ended(carryOut(key, entry, state, event, now), recovering);
  }

  /** Whose outcome it is. A worker of an earlier version does not name the tenant. */
  private String key(AttemptOutcome outcome) {
    String id = outcome.getRequestId();
    return outcome
        .getTenant()
        .map(tenant -> RequestKey.of(tenant, id))
        .or(
            () ->
                Optional.ofNullable(sessions.find(outcome.getWorkerId()))
                    .flatMap(session -> session.keyOf(id)))
        .orElse(id);
  }

  /** Loads, decides, applies. */
  @Override
  public Decision happened(String key, Event event, Instant now) {
    DispatchEntry entry = store.request(key);
    return carryOut(key, entry, state(key, entry), event, now);
  }

  private Decision carryOut(
      String key, @Nullable DispatchEntry entry, State state, Event event, Instant now) {
    Decision decision = lifecycle.decide(event, state, now);
    decision.change().ifPresent(next -> apply(key, state, event, next, now));
    String traceparent = traceparent(event, entry);
    for (Effect effect : decision.effects()) {
      output.write(explained(effect, decision, now), traceparent);
    }
    metrics.decided(event, decision, entry);
    return decision;
  }

  /** Returns what waits for an unhealthy target is told so. */
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

  private State state(String key, @Nullable DispatchEntry entry) {
    if (entry != null) {
      return State.of(entry);
    }
    DispatchFinished mark = store.finished(key);
    return mark == null ? State.UNKNOWN : State.of(mark);
  }

  private void apply(String key, State before, Event event, State next, Instant now) {
    commitments.changed(entry(before), entry(next));
    if (before instanceof State.Leased former && !(next instanceof State.Leased)) {
      sessions.release(key, former.lease());
      Candidate candidate = granted(key, former);
      leased.remove(key);
      index.charge(candidate, accounting.correction(candidate, event), Candidate.micros(now));
      book.released(candidate.target(), key, candidate.account(), now);
    }
    switch (next) {
      case State.Waiting(DispatchEntry entry) -> {
        store.putRequest(entry);
        enqueue(entry, Candidate.micros(now));
      }
      case State.Leased(DispatchEntry entry, DispatchLease ignored) -> {
        store.putRequest(entry);
        if (before instanceof State.Waiting) {
          Candidate waited = index.remove(key);
          Candidate candidate = waited == null ? candidates.of(entry) : waited;
          leased.put(key, candidate);
          book.granted(candidate.target(), key, candidate.account(), now);
        }
      }
      case State.Finished(DispatchFinished mark) -> leave(key, before, mark);
      case State.Moved(DispatchFinished mark) -> leave(key, before, mark);
      case State.CancelledBeforeArrival(DispatchFinished mark) -> leave(key, before, mark);
      case State.Unknown ignored -> {}
    }
  }

  /** A request under lease as it was when it was granted. */
  private Candidate granted(String key, State.Leased state) {
    Candidate known = leased.get(key);
    return known == null ? candidates.of(state.entry()) : known;
  }

  private static @Nullable DispatchEntry entry(State state) {
    return switch (state) {
      case State.Waiting(DispatchEntry entry) -> entry;
      case State.Leased leased -> leased.entry();
      case State.Unknown ignored -> null;
      case State.CancelledBeforeArrival ignored -> null;
      case State.Moved ignored -> null;
      case State.Finished ignored -> null;
    };
  }

  private void leave(String key, State before, DispatchFinished mark) {
    store.putFinished(key, mark);
    if (before instanceof State.Waiting || before instanceof State.Leased) {
      store.removeRequest(key);
      index.remove(key);
    }
  }

  private void enqueue(DispatchEntry entry, long nowMicros) {
    long backoff = entry.getNotBefore().map(Candidate::micros).orElse(nowMicros);
    long deferred = entry.getFacts().getNotBefore().map(Candidate::micros).orElse(nowMicros);
    index.put(candidates.of(entry), Delay.of(backoff, deferred), nowMicros);
  }

  private static Target target(DispatchEntry entry) {
    return Target.of(entry.getFacts().getChoice());
  }

  private static @Nullable String traceparent(Event event, @Nullable DispatchEntry entry) {
    if (entry != null) {
      return entry.getTraceparent().orElse(null);
    }
    return switch (event) {
      case Event.Arrived arrived -> arrived.traceparent();
      case Event.Transferred(DispatchTransfer transfer) ->
          transfer.getEntry().getTraceparent().orElse(null);
      case Event.Unusable unusable -> unusable.entry().getTraceparent().orElse(null);
      case Event.Granted ignored -> null;
      case Event.Ended ignored -> null;
      case Event.LeaseLost ignored -> null;
      case Event.GivenBack ignored -> null;
      case Event.Unconfirmed ignored -> null;
      case Event.DeadlinePassed ignored -> null;
      case Event.Overdue ignored -> null;
      case Event.CancelAsked ignored -> null;
      case Event.Reprioritised ignored -> null;
      case Event.Moved ignored -> null;
    };
  }
}
