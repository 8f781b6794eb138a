package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.RequestState;
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
 *                 UNKNOWN        BEFORE_ARRIVAL WAITING          LEASED                 MOVED          FINISHED
 * Arrived         WAITING 1      CANCELLED 5    again 7          again 7                again 7        again 7
 * Granted         -              -              LEASED           -                      -              -
 * Ended succeeded fenced         fenced         fenced           SUCCEEDED 2            fenced         fenced
 * Ended failed    fenced         fenced         fenced           WAITING or FAILED 2 8  fenced         fenced
 * Ended released  fenced         fenced         fenced           WAITING 2              fenced         fenced
 * LeaseLost       -              -              -                WAITING or FAILED 2    -              -
 * GivenBack       -              -              -                WAITING 2              -              -
 * Unconfirmed     -              -              -                WAITING, worker told 2 -              -
 * DeadlinePassed  -              -              EXPIRED          - 3                    -              -
 * Overdue         -              -              -                EXPIRED, worker told   -              -
 * CancelAsked     BEFORE_ARRIVAL -              CANCELLED        CANCELLED, worker told BEFORE_ARRIVAL -
 * Reprioritised   -              -              WAITING, changed LEASED, changed 4      -              -
 * Moved           -              -              WAITING or MOVED -                      -              -
 * Transferred     WAITING 1      CANCELLED 6    duplicate        duplicate              WAITING 1 6    duplicate
 * Unusable        FAILED         CANCELLED 5 6  duplicate        duplicate              FAILED 6       duplicate
 *
 * BEFORE_ARRIVAL is short for CANCELLED_BEFORE_ARRIVAL.
 *
 * 1  EXPIRED at once if its deadline has passed
 * 2  if it is this session's and this attempt's lease, else fenced; instead of WAITING, EXPIRED if
 *    its deadline has passed
 * 3  the worker bounds its attempt by the deadline itself
 * 4  for the case that it comes back to WAITING; a deadline is no later than the longest allowed
 * 5  unless it has been here and was handed on: again 7
 * 6  if it has been moved more often than when it left here, else duplicate; one that only asks how
 *    the first ended is told that, or passed on
 * 7  told how the first ended, or that it conflicts with it: see Repetitions
 * 8  or as Moved, if its prompt is too long for the model and an alternative has a larger context
 * </pre>
 *
 * <p>A request is in one shard only: MOVED here and its transfer to another are one transaction,
 * and only a request without a lease moves, or one whose lease ends with it. Commands are read by
 * every shard. A cancellation that finds it MOVED here finds it in the other shard, or waits for it
 * there. It also waits for the request's return here, which a command read earlier would otherwise
 * miss.
 */
public final class Lifecycle {

  private static final String TOO_LONG = "its prompt is longer than the model's context";

  private final Announcements announcements;
  private final Repetitions repetitions;
  private final Instructions instructions;
  private final int partition;
  private final Setbacks setbacks;
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
    this.repetitions = new Repetitions(announcements, partition);
    this.instructions = new Instructions(names, partition, retries, leaseTimeout);
    this.partition = partition;
    this.setbacks = new Setbacks(retries);
    this.longestDeadline = longestDeadline;
  }

  /** Decides what an event does. Never throws for any pair of state and event. */
  public Decision decide(Event event, State state, Instant now) {
    return switch (event) {
      case Event.Arrived arrived -> arrived(arrived, state, now);
      case Event.Granted granted -> granted(granted, state, now);
      case Event.Ended ended -> ended(ended, state, now);
      case Event.LeaseLost lost ->
          state instanceof State.Leased leased && leased.lease().getSession().equals(lost.session())
              ? failed(leased, lost.failure(), null, Fault.REQUEST, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.GivenBack back ->
          state instanceof State.Leased leased && leased.lease().getSession().equals(back.session())
              ? returned(leased, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.Unconfirmed(String session, Instant avoidUntil) ->
          state instanceof State.Leased leased && leased.lease().getSession().equals(session)
              ? unconfirmed(leased, avoidUntil, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.DeadlinePassed ignored ->
          state instanceof State.Waiting(DispatchEntry entry)
                  && !entry.getFacts().getDeadline().isAfter(now)
              ? expired(entry, null, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.Overdue ignored ->
          state instanceof State.Leased(DispatchEntry entry, DispatchLease lease)
                  && !entry.getFacts().getDeadline().isAfter(now)
              ? withFirst(instructions.cancel(entry, lease, now), expired(entry, null, now))
              : Decision.unchanged(Verdict.IGNORED);
      case Event.CancelAsked cancel -> cancelled(cancel, state, now);
      case Event.Reprioritised change -> reprioritised(change, state, now);
      case Event.Moved move -> moved(move, state, now);
      case Event.Transferred(DispatchTransfer transfer) -> transferred(transfer, state, now);
      case Event.Unusable unusable -> unusable(unusable, state, now);
    };
  }

  private Decision arrived(Event.Arrived arrived, State state, Instant now) {
    DispatchEntry entry = entry(arrived, now);
    return switch (state) {
      case State.Unknown ignored -> queued(entry, now);
      case State.CancelledBeforeArrival(DispatchFinished mark) ->
          mark.getMoves() > 0
              ? repetitions.ofGone(entry, mark, now)
              : cancelledBeforeArrival(entry, now);
      case State.Waiting(DispatchEntry first) -> repetitions.ofRunning(entry, first, now);
      case State.Leased(DispatchEntry first, DispatchLease ignored) ->
          repetitions.ofRunning(entry, first, now);
      case State.Moved(DispatchFinished mark) -> repetitions.ofGone(entry, mark, now);
      case State.Finished(DispatchFinished mark) -> repetitions.ofGone(entry, mark, now);
    };
  }

  private Decision unusable(Event.Unusable unusable, State state, Instant now) {
    DispatchEntry entry = unusable.entry();
    boolean comes =
        switch (state) {
          case State.Unknown ignored -> true;
          case State.CancelledBeforeArrival(DispatchFinished mark) -> comes(unusable, mark);
          case State.Moved(DispatchFinished mark) -> comes(unusable, mark);
          case State.Waiting ignored -> false;
          case State.Leased ignored -> false;
          case State.Finished ignored -> false;
        };
    if (!comes) {
      return Decision.unchanged(Verdict.DUPLICATE);
    }
    return state instanceof State.CancelledBeforeArrival
        ? cancelledBeforeArrival(entry, now)
        : finished(entry, TerminalStatus.FAILED, null, unusable.failure(), null, now);
  }

  /** Whether it comes for the first time, or comes back after it was handed on. */
  private static boolean comes(Event.Unusable unusable, DispatchFinished mark) {
    return unusable.handedOver()
        ? unusable.entry().getMoves() > mark.getMoves()
        : mark.getMoves() == 0;
  }

  private Decision moved(Event.Moved move, State state, Instant now) {
    return state instanceof State.Waiting(DispatchEntry waiting)
        ? moved(move, waiting, now)
        : Decision.unchanged(Verdict.IGNORED);
  }

  private Decision moved(Event.Moved move, DispatchEntry waiting, Instant now) {
    int to = move.to().getPartition();
    DispatchEntry entry = Rewriting.moved(waiting, move, partition);
    if (to == partition) {
      return Decision.of(
          new State.Waiting(entry), Verdict.MOVED, announce(entry, RequestState.WAITING, now));
    }
    return Decision.of(
        new State.Moved(mark(entry, null, now, to, entry.getMoves())),
        Verdict.MOVED,
        new Effect.Transfer(new DispatchTransfer(entry, partition, move.reason(), now, false), to));
  }

  private Decision transferred(DispatchTransfer transfer, State state, Instant now) {
    DispatchEntry entry = transfer.getEntry();
    if (transfer.getAsks()) {
      return switch (state) {
        case State.Unknown ignored -> repetitions.asked(entry, null, now);
        case State.Waiting(DispatchEntry first) -> repetitions.ofRunning(entry, first, now);
        case State.Leased(DispatchEntry first, DispatchLease ignored) ->
            repetitions.ofRunning(entry, first, now);
        case State.CancelledBeforeArrival(DispatchFinished mark) ->
            repetitions.asked(entry, mark, now);
        case State.Moved(DispatchFinished mark) -> repetitions.asked(entry, mark, now);
        case State.Finished(DispatchFinished mark) -> repetitions.asked(entry, mark, now);
      };
    }
    return switch (state) {
      case State.Unknown ignored -> queued(entry, now);
      case State.CancelledBeforeArrival(DispatchFinished mark) ->
          entry.getMoves() > mark.getMoves()
              ? cancelledBeforeArrival(entry, now)
              : Decision.unchanged(Verdict.DUPLICATE);
      case State.Moved(DispatchFinished mark) ->
          entry.getMoves() > mark.getMoves()
              ? queued(entry, now)
              : Decision.unchanged(Verdict.DUPLICATE);
      case State.Waiting ignored -> Decision.unchanged(Verdict.DUPLICATE);
      case State.Leased ignored -> Decision.unchanged(Verdict.DUPLICATE);
      case State.Finished ignored -> Decision.unchanged(Verdict.DUPLICATE);
    };
  }

  private Decision queued(DispatchEntry entry, Instant now) {
    return entry.getFacts().getDeadline().isAfter(now)
        ? Decision.of(
            new State.Waiting(entry), Verdict.QUEUED, announce(entry, RequestState.WAITING, now))
        : expired(entry, null, now);
  }

  private Decision cancelledBeforeArrival(DispatchEntry entry, Instant now) {
    return finished(entry, TerminalStatus.CANCELLED, null, null, "before it arrived", now);
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
        instructions.grant(entry, lease, now),
        announce(entry, RequestState.LEASED, now));
  }

  /** Whether an outcome is of the lease that is in force. */
  public static boolean isCurrent(AttemptOutcome outcome, State.Leased leased) {
    return leased.entry().getAttempts() == outcome.getAttempt()
        && leased.lease().getSession().equals(outcome.getSession());
  }

  private Decision ended(Event.Ended ended, State state, Instant now) {
    AttemptOutcome outcome = ended.outcome();
    if (!(state instanceof State.Leased leased) || !isCurrent(outcome, leased)) {
      return Decision.unchanged(Verdict.FENCED);
    }
    return switch (outcome.getKind()) {
      case SUCCEEDED ->
          finished(leased.entry(), TerminalStatus.SUCCEEDED, outcome, null, null, now);
      case FAILED -> failed(leased, failureOf(outcome), outcome, ended.fault(), now);
      // Nobody asked dispatch for this cancellation, or the request would not be LEASED any more.
      case RELEASED, CANCELLED -> returned(leased, now);
    };
  }

  private Decision failed(
      State.Leased leased,
      Failure failure,
      @Nullable AttemptOutcome outcome,
      Fault fault,
      Instant now) {
    return setbacks
        .after(leased, failure, fault, now)
        .map(
            waiting ->
                fault instanceof Fault.OfContext(ModelAlternative larger)
                        && waiting.getFacts().getDeadline().isAfter(now)
                    ? moved(new Event.Moved(larger, MoveCause.CONTEXT, TOO_LONG), waiting, now)
                    : waitAgain(waiting, outcome, Verdict.RETRIED, now))
        .orElseGet(
            () -> finished(leased.entry(), TerminalStatus.FAILED, outcome, failure, null, now));
  }

  private Decision unconfirmed(State.Leased leased, Instant avoidUntil, Instant now) {
    DispatchEntry entry =
        DispatchEntry.newBuilder(leased.entry())
            .setLease(null)
            .setAvoidWorker(leased.lease().getWorkerId())
            .setAvoidUntil(avoidUntil)
            .build();
    return withFirst(
        instructions.cancel(leased.entry(), leased.lease(), now),
        waitAgain(entry, null, Verdict.RETURNED, now));
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
          cancel.remembered()
              ? Decision.of(
                  new State.CancelledBeforeArrival(new DispatchFinished(null, now, null, 0, null)),
                  Verdict.CANCELLED_BEFORE_ARRIVAL)
              : Decision.unchanged(Verdict.IGNORED);
      case State.Waiting(DispatchEntry entry) ->
          finished(entry, TerminalStatus.CANCELLED, null, null, cancel.reason(), now);
      case State.Leased(DispatchEntry entry, DispatchLease lease) ->
          withFirst(
              instructions.cancel(entry, lease, now),
              finished(entry, TerminalStatus.CANCELLED, null, null, cancel.reason(), now));
      case State.Moved(DispatchFinished mark) ->
          Decision.of(
              new State.CancelledBeforeArrival(
                  new DispatchFinished(
                      null, now, null, mark.getMoves(), mark.getFingerprint().orElse(null))),
              Verdict.CANCELLED_BEFORE_ARRIVAL);
      case State.CancelledBeforeArrival ignored -> Decision.unchanged(Verdict.IGNORED);
      case State.Finished ignored -> Decision.unchanged(Verdict.IGNORED);
    };
  }

  private Decision reprioritised(Event.Reprioritised change, State state, Instant now) {
    return switch (state) {
      case State.Waiting(DispatchEntry entry) -> {
        DispatchEntry changed = Rewriting.ranked(entry, change, longestDeadline, now);
        yield Decision.of(
            new State.Waiting(changed),
            Verdict.CHANGED,
            announce(changed, RequestState.WAITING, now));
      }
      case State.Leased(DispatchEntry entry, DispatchLease lease) ->
          Decision.of(
              new State.Leased(Rewriting.ranked(entry, change, longestDeadline, now), lease),
              Verdict.CHANGED);
      case State.Unknown ignored -> Decision.unchanged(Verdict.IGNORED);
      case State.CancelledBeforeArrival ignored -> Decision.unchanged(Verdict.IGNORED);
      case State.Moved ignored -> Decision.unchanged(Verdict.IGNORED);
      case State.Finished ignored -> Decision.unchanged(Verdict.IGNORED);
    };
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
    effects.add(new Effect.Answer(result));
    effects.add(
        new Effect.Announce(
            announcements.finished(
                entry, result, status == TerminalStatus.SUCCEEDED ? null : cause)));
    if (status == TerminalStatus.FAILED) {
      effects.add(new Effect.Bury(announcements.deadLetter(entry, cause, outcome, now)));
    }
    return new Decision(
        Optional.of(new State.Finished(mark(entry, status, now, null, 0))),
        effects,
        Verdict.FINISHED);
  }

  private static DispatchFinished mark(
      DispatchEntry entry,
      @Nullable TerminalStatus status,
      Instant now,
      @Nullable Integer movedTo,
      int moves) {
    return new DispatchFinished(
        status, now, movedTo, moves, entry.getFacts().getFingerprint().orElse(null));
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
}
