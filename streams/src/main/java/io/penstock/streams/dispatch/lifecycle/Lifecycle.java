package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.Lease;
import io.penstock.schemas.LeaseAction;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.topics.TopicNames;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The life of a request: what every event does in every state. Pure: the caller loads the state,
 * applies the decision and writes its records in one transaction.
 *
 * <pre>
 *                 UNKNOWN      FORESTALLED  WAITING           LEASED                    FINISHED
 * Arrived         WAITING  1   CANCELLED    duplicate         duplicate                 duplicate
 * Granted         -            -            LEASED            -                         -
 * Ended succeeded fenced       fenced       fenced            SUCCEEDED              2  fenced
 * Ended failed    fenced       fenced       fenced            WAITING or FAILED      2  fenced
 * Ended released  fenced       fenced       fenced            WAITING                2  fenced
 * LeaseLost       -            -            -                 WAITING or FAILED      2  -
 * GivenBack       -            -            -                 WAITING                2  -
 * DeadlinePassed  -            -            EXPIRED           -                      3  -
 * Overdue         -            -            -                 EXPIRED, worker told      -
 * CancelAsked     FORESTALLED  -            CANCELLED         CANCELLED, worker told    -
 * Reprioritised   -            -            WAITING, changed  LEASED, changed        4  -
 *
 * 1  EXPIRED at once if its deadline has passed
 * 2  if it is this session's and this attempt's lease, else fenced; instead of WAITING, EXPIRED if
 *    its deadline has passed
 * 3  the worker bounds its attempt by the deadline itself
 * 4  for the case that it comes back to WAITING; a deadline is no later than the longest allowed
 * </pre>
 */
public final class Lifecycle {

  private final Announcements announcements;
  private final TopicNames names;
  private final int partition;
  private final RetryPolicy retries;
  private final Duration leaseTimeout;
  private final Duration longestDeadline;

  /**
   * @param names the topics' names
   * @param partition the model partition whose requests these are
   * @param retries whether and when a failed attempt is followed by another
   * @param leaseTimeout how long a lease lasts without a heartbeat
   * @param longestDeadline how long after its acceptance a deadline may be
   */
  public Lifecycle(
      TopicNames names,
      int partition,
      RetryPolicy retries,
      Duration leaseTimeout,
      Duration longestDeadline) {
    this.announcements = new Announcements(names, partition);
    this.names = names;
    this.partition = partition;
    this.retries = retries;
    this.leaseTimeout = leaseTimeout;
    this.longestDeadline = longestDeadline;
  }

  /** Decides what an event does. Never throws for any pair of state and event. */
  public Decision decide(Event event, State state, Instant now) {
    return switch (event) {
      case Event.Arrived arrived -> arrived(arrived, state, now);
      case Event.Granted granted -> granted(granted, state, now);
      case Event.Ended ended -> ended(ended.outcome(), state, now);
      case Event.LeaseLost lost ->
          state instanceof State.Leased leased && leased.lease().getSession().equals(lost.session())
              ? failed(leased, lost.failure(), null, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.GivenBack back ->
          state instanceof State.Leased leased && leased.lease().getSession().equals(back.session())
              ? returned(leased, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.DeadlinePassed ignored ->
          state instanceof State.Waiting(DispatchEntry entry)
                  && !entry.getFacts().getDeadline().isAfter(now)
              ? expired(entry, null, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.Overdue ignored ->
          state instanceof State.Leased(DispatchEntry entry, DispatchLease lease)
                  && !entry.getFacts().getDeadline().isAfter(now)
              ? withFirst(
                  new Effect.Instruct(instruction(LeaseAction.CANCEL, entry, lease, now)),
                  expired(entry, null, now))
              : Decision.unchanged(Verdict.IGNORED);
      case Event.CancelAsked cancel -> cancelled(cancel, state, now);
      case Event.Reprioritised change -> reprioritised(change, state, now);
    };
  }

  private Decision arrived(Event.Arrived arrived, State state, Instant now) {
    return switch (state) {
      case State.Unknown ignored -> {
        DispatchEntry entry = entry(arrived, now);
        yield arrived.facts().getDeadline().isAfter(now)
            ? Decision.of(
                new State.Waiting(entry),
                Verdict.QUEUED,
                announce(entry, RequestState.WAITING, now))
            : expired(entry, null, now);
      }
      case State.Forestalled ignored ->
          finished(
              entry(arrived, now), TerminalStatus.CANCELLED, null, null, "before it arrived", now);
      case State.Waiting ignored -> Decision.unchanged(Verdict.DUPLICATE);
      case State.Leased ignored -> Decision.unchanged(Verdict.DUPLICATE);
      case State.Finished ignored -> Decision.unchanged(Verdict.DUPLICATE);
    };
  }

  private Decision granted(Event.Granted granted, State state, Instant now) {
    if (!(state instanceof State.Waiting(DispatchEntry waiting))) {
      return Decision.unchanged(Verdict.IGNORED);
    }
    DispatchLease lease =
        new DispatchLease(
            granted.workerId(),
            granted.session(),
            granted.sequence(),
            now,
            granted.share().served(),
            granted.share().least());
    DispatchEntry entry =
        DispatchEntry.newBuilder(waiting)
            .setLease(lease)
            .setAttempts(waiting.getAttempts() + 1)
            .setNotBefore(null)
            .build();
    return Decision.of(
        new State.Leased(entry, lease),
        Verdict.LEASED,
        new Effect.Instruct(instruction(LeaseAction.GRANT, entry, lease, now)),
        announce(entry, RequestState.LEASED, now));
  }

  private Decision ended(AttemptOutcome outcome, State state, Instant now) {
    if (!(state instanceof State.Leased leased)
        || leased.entry().getAttempts() != outcome.getAttempt()
        || !leased.lease().getSession().equals(outcome.getSession())) {
      return Decision.unchanged(Verdict.FENCED);
    }
    return switch (outcome.getKind()) {
      case SUCCEEDED ->
          finished(leased.entry(), TerminalStatus.SUCCEEDED, outcome, null, null, now);
      case FAILED -> failed(leased, failureOf(outcome), outcome, now);
      // Nobody asked dispatch for this cancellation, or the request would not be LEASED any more.
      case RELEASED, CANCELLED -> returned(leased, now);
    };
  }

  private Decision failed(
      State.Leased leased, Failure failure, @Nullable AttemptOutcome outcome, Instant now) {
    DispatchEntry entry = leased.entry();
    boolean overload = failure.getCategory() == FailureCategory.OVERLOADED;
    int failures = entry.getFailures() + (overload ? 0 : 1);
    int overloads = entry.getOverloads() + (overload ? 1 : 0);
    long seed = (long) entry.getFacts().getId().hashCode() << 32 | entry.getAttempts();
    DispatchEntry.Builder waiting =
        DispatchEntry.newBuilder(entry)
            .setLease(null)
            .setFailures(failures)
            .setOverloads(overloads)
            .setLastFailure(failure);
    return switch (retries.after(failure, failures, overloads, seed, now)) {
      case RetryPolicy.Verdict.GiveUp ignored ->
          finished(entry, TerminalStatus.FAILED, outcome, failure, null, now);
      case RetryPolicy.Verdict.Later later ->
          waitAgain(waiting.setNotBefore(later.notBefore()).build(), outcome, Verdict.RETRIED, now);
      case RetryPolicy.Verdict.Elsewhere elsewhere ->
          waitAgain(
              waiting
                  .setAvoidWorker(leased.lease().getWorkerId())
                  .setAvoidUntil(elsewhere.avoidUntil())
                  .build(),
              outcome,
              Verdict.RETRIED,
              now);
    };
  }

  private Decision returned(State.Leased leased, Instant now) {
    DispatchEntry entry = DispatchEntry.newBuilder(leased.entry()).setLease(null).build();
    return waitAgain(entry, null, Verdict.RETURNED, now);
  }

  private Decision waitAgain(
      DispatchEntry entry, @Nullable AttemptOutcome outcome, Verdict verdict, Instant now) {
    return entry.getFacts().getDeadline().isAfter(now)
        ? Decision.of(new State.Waiting(entry), verdict, announce(entry, RequestState.WAITING, now))
        : expired(entry, outcome, now);
  }

  private Decision cancelled(Event.CancelAsked cancel, State state, Instant now) {
    return switch (state) {
      case State.Unknown ignored ->
          Decision.of(
              new State.Forestalled(new DispatchFinished(null, now, null, 0)), Verdict.FORESTALLED);
      case State.Waiting(DispatchEntry entry) ->
          finished(entry, TerminalStatus.CANCELLED, null, null, cancel.reason(), now);
      case State.Leased(DispatchEntry entry, DispatchLease lease) ->
          withFirst(
              new Effect.Instruct(instruction(LeaseAction.CANCEL, entry, lease, now)),
              finished(entry, TerminalStatus.CANCELLED, null, null, cancel.reason(), now));
      case State.Forestalled ignored -> Decision.unchanged(Verdict.IGNORED);
      case State.Finished ignored -> Decision.unchanged(Verdict.IGNORED);
    };
  }

  private Decision reprioritised(Event.Reprioritised change, State state, Instant now) {
    return switch (state) {
      case State.Waiting(DispatchEntry entry) -> {
        DispatchEntry changed = changed(entry, change, now);
        yield Decision.of(
            new State.Waiting(changed),
            Verdict.CHANGED,
            announce(changed, RequestState.WAITING, now));
      }
      case State.Leased(DispatchEntry entry, DispatchLease lease) ->
          Decision.of(new State.Leased(changed(entry, change, now), lease), Verdict.CHANGED);
      case State.Unknown ignored -> Decision.unchanged(Verdict.IGNORED);
      case State.Forestalled ignored -> Decision.unchanged(Verdict.IGNORED);
      case State.Finished ignored -> Decision.unchanged(Verdict.IGNORED);
    };
  }

  private DispatchEntry changed(DispatchEntry entry, Event.Reprioritised change, Instant now) {
    ScoredFacts facts = entry.getFacts();
    Instant latest = facts.getAcceptedAt().plus(longestDeadline);
    // A deadline in the past is a cancellation in disguise: those have a command of their own.
    Instant deadline =
        change.deadline() != null && change.deadline().isAfter(now)
            ? earlier(change.deadline(), latest)
            : facts.getDeadline();
    return DispatchEntry.newBuilder(entry)
        .setFacts(
            ScoredFacts.newBuilder(facts)
                .setServiceClass(
                    change.serviceClass() != null ? change.serviceClass() : facts.getServiceClass())
                .setDeadline(deadline)
                .setFirstTokenBy(earlier(facts.getFirstTokenBy(), deadline))
                .build())
        .build();
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }

  private Decision expired(DispatchEntry entry, @Nullable AttemptOutcome outcome, Instant now) {
    return finished(entry, TerminalStatus.EXPIRED, outcome, null, null, now);
  }

  private Decision finished(
      DispatchEntry entry,
      TerminalStatus status,
      @Nullable AttemptOutcome outcome,
      @Nullable Failure failure,
      @Nullable String reason,
      Instant now) {
    Failure cause = failure == null ? entry.getLastFailure().orElse(null) : failure;
    InferenceResult result =
        switch (status) {
          case SUCCEEDED -> announcements.succeeded(entry, outcome, now);
          case FAILED -> announcements.failed(entry, cause, outcome, now);
          case EXPIRED -> announcements.expired(entry, outcome, now);
          case CANCELLED -> announcements.cancelled(entry, reason, now);
        };
    List<Effect> effects = new ArrayList<>(3);
    effects.add(new Effect.Answer(result, entry.getFacts().getReplyTopic().orElse(null)));
    effects.add(
        new Effect.Announce(
            announcements.finished(
                entry, result, status == TerminalStatus.SUCCEEDED ? null : cause)));
    if (status == TerminalStatus.FAILED) {
      effects.add(new Effect.Bury(announcements.deadLetter(entry, cause, outcome, now)));
    }
    return new Decision(
        Optional.of(new State.Finished(new DispatchFinished(status, now, null, 0))),
        effects,
        Verdict.FINISHED);
  }

  private Effect announce(DispatchEntry entry, RequestState state, Instant now) {
    return new Effect.Announce(announcements.status(entry, state, now));
  }

  private static Decision withFirst(Effect effect, Decision decision) {
    List<Effect> effects = new ArrayList<>(decision.effects().size() + 1);
    effects.add(effect);
    effects.addAll(decision.effects());
    return new Decision(decision.change(), effects, decision.verdict());
  }

  private static DispatchEntry entry(Event.Arrived arrived, Instant now) {
    return DispatchEntry.newBuilder()
        .setFacts(arrived.facts())
        .setPayloadClass(arrived.topicClass())
        .setPayloadOffset(arrived.offset())
        .setQueuedAt(now)
        .setAttempts(arrived.facts().getAttempts())
        .setFailures(0)
        .setOverloads(0)
        .setTraceparent(arrived.traceparent())
        .build();
  }

  private static Failure failureOf(AttemptOutcome outcome) {
    return outcome
        .getFailure()
        .orElseGet(
            () ->
                new Failure(
                    FailureCategory.RETRYABLE,
                    "unexplained",
                    "The worker " + outcome.getWorkerId() + " reported a failure without a cause.",
                    null,
                    outcome.getStatusCode().orElse(null),
                    null));
  }

  private Lease instruction(
      LeaseAction action, DispatchEntry entry, DispatchLease lease, Instant now) {
    ScoredFacts facts = entry.getFacts();
    return Lease.newBuilder()
        .setAction(action)
        .setWorkerId(lease.getWorkerId())
        .setSession(lease.getSession())
        .setPartition(partition)
        .setSequence(action == LeaseAction.GRANT ? lease.getSequence() : 0)
        .setRequestId(facts.getId())
        .setAttempt(entry.getAttempts())
        .setLastAttempt(retries.isLast(entry.getFailures()))
        .setTenant(facts.getTenant())
        .setModel(facts.getChoice().getModel())
        .setVariant(facts.getChoice().getVariant().orElse(null))
        .setServiceClass(facts.getServiceClass())
        .setPayloadTopic(names.work(entry.getPayloadClass()))
        .setPayloadOffset(entry.getPayloadOffset())
        .setPromptTokens(facts.getPromptTokens())
        .setPredictedOutputTokens(facts.getPredictedOutputTokens())
        .setMaxOutputTokens(facts.getMaxOutputTokens())
        .setFirstTokenBy(facts.getFirstTokenBy())
        .setDeadline(facts.getDeadline())
        .setGrantedAt(lease.getGrantedAt())
        .setExpiresAt(now.plus(leaseTimeout))
        .build();
  }
}
