package io.penstock.workers.lease;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import io.penstock.schemas.Lease;
import io.penstock.schemas.WorkerState;
import io.penstock.workers.demand.LeaseSize;
import io.penstock.workers.demand.PartitionDemand;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The leases a worker holds and the rules for them: an event comes in with the time, and what is to
 * be done comes out. The table knows no Kafka, no thread and no clock. {@link LeaseManager} locks
 * it and does what it says. Read {@link #on} from top to bottom: it is a lease's way.
 *
 * <p>{@link AttemptState} says when an attempt ends and who learns of it. A slot is free when the
 * engine has let go, whatever was reported.
 */
final class LeaseTable {

  private final int slots;
  private final LeaseTiming timing;
  private final Outcomes outcomes;
  private final HeldLeases held = new HeldLeases();
  private Session session;
  private Map<Integer, Set<String>> models = Map.of();
  private LeaseSize meanLease = LeaseSize.UNKNOWN;
  private WorkerState state = WorkerState.ACTIVE;
  private Instant drainUntil = Instant.MAX;
  private Instant nextCheck = Instant.MAX;
  private @Nullable Instant lastLease;
  private @Nullable RenewalReason lost;

  LeaseTable(int slots, LeaseTiming timing, Outcomes outcomes, String sessionId, Instant now) {
    this.slots = slots;
    this.timing = timing;
    this.outcomes = outcomes;
    this.session = new Session(sessionId, now);
  }

  /** The moment of an event, and what follows from it. */
  private record Turn(Instant now, boolean paused, List<LeaseEffect> effects) {
    void then(LeaseEffect effect) {
      effects.add(effect);
    }
  }

  /**
   * Decides what follows from an event.
   *
   * @param paused whether the engine asked for a pause that is not over: nothing may start
   * @return what is to be done, in this order; nothing once the drain has ended
   */
  List<LeaseEffect> on(LeaseEvent event, boolean paused, Instant now) {
    Turn turn = new Turn(now, paused, new ArrayList<>(3));
    switch (event) {
      case LeaseEvent.Arrived(Lease lease, String trace) -> arrived(lease, trace, turn);
      case LeaseEvent.PayloadRead read -> start(read, turn);
      case LeaseEvent.PayloadRefused refused -> refuse(refused, turn);
      case LeaseEvent.FirstToken(Attempt attempt) -> firstToken(attempt, turn);
      case LeaseEvent.RunEnded(Attempt attempt, EngineReply reply) -> finish(attempt, reply, turn);
      case LeaseEvent.RunNotStarted(Attempt attempt) -> attempt.unstart();
      case LeaseEvent.TimePassed() -> check(turn);
      case LeaseEvent.DrainBegan(Instant until) -> drain(until, turn);
      case LeaseEvent.DrainEnded() -> state = WorkerState.STOPPED;
      case LeaseEvent.ModelsChanged(Map<Integer, Set<String>> byPartition) ->
          serve(byPartition, turn);
      case LeaseEvent.SessionLost(RenewalReason reason) -> lose(reason, turn);
      case LeaseEvent.SessionBegan(String id) -> renew(id, turn);
      case LeaseEvent.DemandAcknowledged(String id) -> acknowledged(id, now);
      case LeaseEvent.OutcomeDelivered(String id, int partition) -> delivered(id, partition);
    }
    return state == WorkerState.STOPPED ? List.of() : turn.effects();
  }

  private void arrived(Lease lease, @Nullable String traceparent, Turn turn) {
    lastLease = turn.now();
    if (!lease.getSession().equals(session.id())) {
      turn.then(new LeaseEffect.Ignore(LeaseEffect.Reason.OTHER_SESSION));
      return;
    }
    switch (lease.getAction()) {
      case GRANT -> receive(new Attempt(lease, turn.now(), traceparent), turn);
      case CANCEL -> cancel(lease, turn);
      case DRAIN -> drain(turn.now().plus(timing.drainGrace()), turn);
    }
  }

  private void receive(Attempt attempt, Turn turn) {
    Lease lease = attempt.lease();
    PartitionDemand partition = session.partition(lease.getPartition());
    if (partition == null) {
      turn.then(new LeaseEffect.Ignore(LeaseEffect.Reason.UNKNOWN_PARTITION));
      end(attempt, outcomes.stopped(attempt, StopReason.RELEASED, turn.now()), turn);
      return;
    }
    switch (partition.receive(lease.getSequence(), lease.getPromptTokens(), kvTokens(lease))) {
      case DUPLICATE -> turn.then(new LeaseEffect.Ignore(LeaseEffect.Reason.DUPLICATE));
      case BEYOND_LIMIT -> {
        turn.then(new LeaseEffect.Ignore(LeaseEffect.Reason.BEYOND_LIMIT));
        end(attempt, outcomes.stopped(attempt, StopReason.RELEASED, turn.now()), turn);
      }
      case NEW -> take(attempt, partition, turn);
    }
  }

  private void take(Attempt attempt, PartitionDemand partition, Turn turn) {
    Lease lease = attempt.lease();
    if (isLate(attempt, turn)) {
      end(attempt, outcomes.failed(attempt, Outcomes.deadlinePassed(lease), turn.now()), turn);
    } else if (state != WorkerState.ACTIVE || held.size() >= slots || turn.paused()) {
      end(attempt, outcomes.stopped(attempt, StopReason.RELEASED, turn.now()), turn);
    } else if (held.add(attempt)) {
      partition.take();
      meanLease = meanLease.with(lease.getPromptTokens(), kvTokens(lease));
      turn.then(new LeaseEffect.ReadPayload(attempt));
      turn.then(new LeaseEffect.Wake());
    } else {
      turn.then(new LeaseEffect.Ignore(LeaseEffect.Reason.DUPLICATE));
      turn.then(new LeaseEffect.Wake());
    }
  }

  private void cancel(Lease lease, Turn turn) {
    Attempt attempt = held.find(lease);
    if (attempt == null) {
      turn.then(new LeaseEffect.Ignore(LeaseEffect.Reason.CANCEL_TOO_LATE));
    } else {
      stop(attempt, StopReason.CANCELLED, turn);
    }
  }

  /** The payload was read: the engine takes over, unless the attempt was stopped meanwhile. */
  private void start(LeaseEvent.PayloadRead read, Turn turn) {
    Attempt attempt = read.attempt();
    if (attempt.state() != AttemptState.READING) {
      return;
    }
    if (isLate(attempt, turn)) {
      Failure failure = Outcomes.deadlinePassed(attempt.lease());
      end(attempt, outcomes.failed(attempt, failure, turn.now()), turn);
    } else if (turn.paused()) {
      stop(attempt, StopReason.RELEASED, turn);
    } else {
      String trace = read.traceparent() == null ? attempt.traceparent() : read.traceparent();
      EngineRequest request = attempt.engineRequest(read.payload(), trace);
      Instant until = earlier(turn.now().plus(timing.attemptTimeout()), attempt.deadline());
      attempt.start(read.payload().getRequest(), trace, turn.now(), until, held.running() + 1);
      turn.then(new LeaseEffect.StartRun(attempt, request));
      // The run's time-out or deadline may come before the next look at the clock.
      turn.then(new LeaseEffect.Wake());
    }
  }

  private void refuse(LeaseEvent.PayloadRefused refused, Turn turn) {
    Attempt attempt = refused.attempt();
    if (attempt.state() == AttemptState.READING) {
      attempt.carry(refused.request());
      end(attempt, outcomes.failed(attempt, refused.failure(), turn.now()), turn);
    }
  }

  private static void firstToken(Attempt attempt, Turn turn) {
    attempt.firstToken(turn.now());
    turn.then(new LeaseEffect.Wake());
  }

  /**
   * The engine has let go. An answer outweighs a time-out or a drain that came between; a
   * cancellation outweighs the answer.
   */
  private void finish(Attempt attempt, @Nullable EngineReply reply, Turn turn) {
    releaseIfPaused(turn);
    switch (attempt.state()) {
      case RUNNING -> end(attempt, ofRun(attempt, reply, turn), turn);
      case STOPPING -> {
        boolean answered = reply instanceof EngineReply.Answered;
        AttemptOutcome outcome =
            answered && attempt.stopReason() != StopReason.CANCELLED
                ? outcomes.replied(attempt, reply, turn.now())
                : outcomes.stopped(attempt, attempt.stopReason(), turn.now());
        end(attempt, outcome, turn);
      }
      case REPORTED, ABANDONED -> drop(attempt, turn);
      case READING, ENDED -> {}
    }
  }

  private AttemptOutcome ofRun(Attempt attempt, @Nullable EngineReply reply, Turn turn) {
    return reply == null
        ? outcomes.failed(attempt, Outcomes.interrupted(), turn.now())
        : outcomes.replied(attempt, reply, turn.now());
  }

  /** Stops what has run too long, and fails what could not start in time, whoever lost it. */
  private void check(Turn turn) {
    releaseIfPaused(turn);
    Instant next = Instant.MAX;
    for (Attempt attempt : held.copy()) {
      next = earlier(next, check(attempt, turn));
    }
    nextCheck = next;
  }

  /** Returns when to look at the attempt again. */
  private Instant check(Attempt attempt, Turn turn) {
    if (attempt.state() == AttemptState.READING) {
      Instant startBy = attempt.receivedAt().plus(timing.startTimeout());
      if (turn.now().isBefore(startBy)) {
        return startBy;
      }
      Failure failure = Outcomes.payloadTimeout(timing.startTimeout());
      end(attempt, outcomes.failed(attempt, failure, turn.now()), turn);
    }
    if (attempt.state() == AttemptState.RUNNING) {
      Instant until = earlier(attempt.stopAt(), drainUntil);
      if (turn.now().isBefore(until)) {
        return until;
      }
      boolean late = !turn.now().isBefore(attempt.stopAt());
      stop(attempt, late ? StopReason.TIMED_OUT : StopReason.RELEASED, turn);
    }
    if (attempt.state() == AttemptState.STOPPING) {
      Instant patience = attempt.stoppedAt().plus(timing.stopGrace());
      if (turn.now().isBefore(patience)) {
        return patience;
      }
      attempt.become(AttemptState.REPORTED);
      send(attempt, outcomes.stopped(attempt, attempt.stopReason(), turn.now()), turn);
    }
    return Instant.MAX;
  }

  /** Another worker may run now what this engine may not be given yet. */
  private void releaseIfPaused(Turn turn) {
    if (turn.paused()) {
      releaseWaiting(turn);
    }
  }

  private void releaseWaiting(Turn turn) {
    for (Attempt attempt : held.copy()) {
      if (attempt.state() == AttemptState.READING) {
        stop(attempt, StopReason.RELEASED, turn);
      }
    }
  }

  private void drain(Instant until, Turn turn) {
    if (state == WorkerState.ACTIVE) {
      state = WorkerState.DRAINING;
    }
    drainUntil = earlier(drainUntil, until);
    releaseWaiting(turn);
    check(turn);
    turn.then(new LeaseEffect.Wake());
  }

  private void serve(Map<Integer, Set<String>> byPartition, Turn turn) {
    models = Map.copyOf(byPartition);
    session.serve(models);
    turn.then(new LeaseEffect.Wake());
  }

  private void lose(RenewalReason reason, Turn turn) {
    if (lost == null) {
      lost = reason;
    }
    turn.then(new LeaseEffect.Wake());
  }

  private void renew(String id, Turn turn) {
    session = new Session(id, turn.now());
    session.serve(models);
    lost = null;
    for (Attempt attempt : held.copy()) {
      switch (attempt.state()) {
        case READING -> drop(attempt, turn);
        case RUNNING -> {
          attempt.become(AttemptState.ABANDONED);
          turn.then(new LeaseEffect.InterruptRun(attempt));
        }
        case STOPPING, REPORTED, ABANDONED -> attempt.become(AttemptState.ABANDONED);
        case ENDED -> throw new IllegalStateException("an attempt that has ended is held");
      }
    }
    turn.then(new LeaseEffect.Wake());
  }

  private void acknowledged(String id, Instant now) {
    if (session.id().equals(id)) {
      session.acknowledged(now);
    }
  }

  private void delivered(String id, int partition) {
    PartitionDemand demand = session.partition(partition);
    if (demand != null && session.id().equals(id)) {
      demand.outcomeDelivered();
    }
  }

  /** Stops an attempt that is being read or runs; leaves alone one that is stopped already. */
  private void stop(Attempt attempt, StopReason reason, Turn turn) {
    if (attempt.state() == AttemptState.READING) {
      end(attempt, outcomes.stopped(attempt, reason, turn.now()), turn);
    } else if (attempt.state() == AttemptState.RUNNING) {
      attempt.stop(reason, turn.now());
      turn.then(new LeaseEffect.InterruptRun(attempt));
    }
  }

  private void end(Attempt attempt, AttemptOutcome outcome, Turn turn) {
    send(attempt, outcome, turn);
    drop(attempt, turn);
  }

  private void drop(Attempt attempt, Turn turn) {
    if (held.remove(attempt)) {
      PartitionDemand partition = session.partition(attempt.lease().getPartition());
      if (partition != null && session.id().equals(attempt.lease().getSession())) {
        partition.release();
      }
    }
    attempt.become(AttemptState.ENDED);
    turn.then(new LeaseEffect.Wake());
  }

  private static void send(Attempt attempt, AttemptOutcome outcome, Turn turn) {
    turn.then(
        new LeaseEffect.SendOutcome(
            new OutgoingOutcome(attempt.lease().getPartition(), outcome, attempt.traceparent())));
  }

  private static boolean isLate(Attempt attempt, Turn turn) {
    return !turn.now().isBefore(attempt.deadline());
  }

  Collection<Attempt> held() {
    return held.all();
  }

  /** Requests that the engine has. */
  int running() {
    return held.running();
  }

  Session session() {
    return session;
  }

  LeaseSize meanLease() {
    return meanLease;
  }

  WorkerState state() {
    return state;
  }

  /** When a lease record last arrived. */
  Optional<Instant> lastLease() {
    return Optional.ofNullable(lastLease);
  }

  /** When TimePassed is due, as of the last one. */
  Instant nextCheck() {
    return nextCheck;
  }

  /** Returns why a new session is needed, if it is. */
  Optional<RenewalReason> renewalDue(Instant now) {
    return Optional.ofNullable(lost).or(() -> session.lost(now, timing.leaseTimeout()));
  }

  /** Returns whether every lease that anybody waits for has been reported. */
  boolean isSettled() {
    return held.all().stream().noneMatch(attempt -> attempt.state().isOpen());
  }

  static long kvTokens(Lease lease) {
    return lease.getPromptTokens() + lease.getPredictedOutputTokens();
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
