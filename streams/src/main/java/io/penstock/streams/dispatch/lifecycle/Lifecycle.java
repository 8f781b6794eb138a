package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.topics.TopicNames;
import java.time.Duration;
import java.time.Instant;

/**
 * The life of a request: what every event does in every state. It is a pure function: the caller
 * loads the state, applies the decision and writes its records in one transaction.
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
 * Asked           duplicate      again 7        again 7          again 7                again 7        again 7
 * Unusable        FAILED         CANCELLED 5 6  duplicate        duplicate              FAILED 6       duplicate
 *
 * BEFORE_ARRIVAL is short for CANCELLED_BEFORE_ARRIVAL. Asked is a Transferred that only asks how the
 * first request of its id ended.
 *
 * 1  EXPIRED at once if its deadline has passed
 * 2  if it is this session's and this attempt's lease, else fenced; instead of WAITING, EXPIRED if
 *    its deadline has passed
 * 3  the worker bounds its attempt by the deadline itself
 * 4  for the case that it comes back to WAITING; a deadline is no later than the longest allowed
 * 5  unless it has been here and was handed on: again 7
 * 6  if it has been moved more often than when it left here, else duplicate
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

  private final Announcements announcements;
  private final Repetitions repetitions;
  private final Instructions instructions;
  private final Moves moves;
  private final Endings endings;
  private final Attempts attempts;
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
    this.moves = new Moves(announcements, partition);
    this.endings = new Endings(announcements);
    this.attempts =
        new Attempts(announcements, instructions, new Setbacks(retries), moves, endings);
    this.longestDeadline = longestDeadline;
  }

  /** Decides what an event does. Never throws for any pair of state and event. */
  public Decision decide(Event event, State state, Instant now) {
    return switch (event) {
      case Event.Arrived arrived -> arrived(arrived, state, now);
      case Event.Granted granted ->
          state instanceof State.Waiting(DispatchEntry entry)
              ? attempts.granted(granted, entry, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.Ended ended ->
          state instanceof State.Leased leased && isCurrent(ended.outcome(), leased)
              ? attempts.ended(ended, leased, now)
              : Decision.unchanged(Verdict.FENCED);
      case Event.LeaseLost lost ->
          state instanceof State.Leased leased && leased.lease().getSession().equals(lost.session())
              ? attempts.failed(leased, lost.failure(), null, Fault.REQUEST, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.GivenBack back ->
          state instanceof State.Leased leased && leased.lease().getSession().equals(back.session())
              ? attempts.returned(leased, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.Unconfirmed(String session, Instant avoidUntil) ->
          state instanceof State.Leased leased && leased.lease().getSession().equals(session)
              ? attempts.unconfirmed(leased, avoidUntil, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.DeadlinePassed ignored ->
          state instanceof State.Waiting(DispatchEntry entry) && Endings.isExpired(entry, now)
              ? endings.expired(entry, null, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.Overdue ignored ->
          state instanceof State.Leased(DispatchEntry entry, DispatchLease lease)
                  && Endings.isExpired(entry, now)
              ? endings.expired(entry, null, now).after(instructions.cancel(entry, lease, now))
              : Decision.unchanged(Verdict.IGNORED);
      case Event.CancelAsked cancel -> cancelled(cancel, state, now);
      case Event.Reprioritised change -> reprioritised(change, state, now);
      case Event.Moved move ->
          state instanceof State.Waiting(DispatchEntry entry)
              ? moves.moved(move, entry, now)
              : Decision.unchanged(Verdict.IGNORED);
      case Event.Transferred(DispatchTransfer transfer) -> transferred(transfer, state, now);
      case Event.Unusable unusable -> unusable(unusable, state, now);
    };
  }

  /** Returns whether an outcome is of the lease that is in force. */
  public static boolean isCurrent(AttemptOutcome outcome, State.Leased leased) {
    return leased.entry().getAttempts() == outcome.getAttempt()
        && leased.lease().getSession().equals(outcome.getSession());
  }

  private Decision arrived(Event.Arrived arrived, State state, Instant now) {
    DispatchEntry entry = entry(arrived, now);
    return switch (state) {
      case State.Unknown ignored -> endings.waitOrExpire(entry, Verdict.QUEUED, null, now);
      case State.CancelledBeforeArrival(DispatchFinished mark) ->
          mark.getMoves() > 0
              ? repetitions.ofGone(entry, mark, now)
              : endings.cancelledBeforeArrival(entry, now);
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
        ? endings.cancelledBeforeArrival(entry, now)
        : endings.failed(entry, unusable.failure(), null, now);
  }

  /** Returns whether it comes for the first time, or comes back after it was handed on. */
  private static boolean comes(Event.Unusable unusable, DispatchFinished mark) {
    return unusable.handedOver()
        ? unusable.entry().getMoves() > mark.getMoves()
        : mark.getMoves() == 0;
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
      case State.Unknown ignored -> endings.waitOrExpire(entry, Verdict.QUEUED, null, now);
      case State.CancelledBeforeArrival(DispatchFinished mark) ->
          entry.getMoves() > mark.getMoves()
              ? endings.cancelledBeforeArrival(entry, now)
              : Decision.unchanged(Verdict.DUPLICATE);
      case State.Moved(DispatchFinished mark) ->
          entry.getMoves() > mark.getMoves()
              ? endings.waitOrExpire(entry, Verdict.QUEUED, null, now)
              : Decision.unchanged(Verdict.DUPLICATE);
      case State.Waiting ignored -> Decision.unchanged(Verdict.DUPLICATE);
      case State.Leased ignored -> Decision.unchanged(Verdict.DUPLICATE);
      case State.Finished ignored -> Decision.unchanged(Verdict.DUPLICATE);
    };
  }

  private Decision cancelled(Event.CancelAsked cancel, State state, Instant now) {
    return switch (state) {
      case State.Unknown ignored ->
          cancel.remembered()
              ? Decision.of(
                  new State.CancelledBeforeArrival(new DispatchFinished(null, now, null, 0, null)),
                  Verdict.CANCELLED_BEFORE_ARRIVAL)
              : Decision.unchanged(Verdict.IGNORED);
      case State.Waiting(DispatchEntry entry) -> endings.cancelled(entry, cancel.reason(), now);
      case State.Leased(DispatchEntry entry, DispatchLease lease) ->
          endings
              .cancelled(entry, cancel.reason(), now)
              .after(instructions.cancel(entry, lease, now));
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
            announcements.announce(changed, RequestState.WAITING, now));
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
}
