package io.penstock.workers.lease;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.InferenceRequest;
import io.penstock.schemas.Lease;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.WorkerState;
import io.penstock.workers.demand.LeaseSize;
import io.penstock.workers.demand.PartitionDemand;
import io.penstock.workers.engine.EngineReply;
import io.penstock.workers.engine.EngineRequest;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/**
 * The leases a worker holds, and what happens to each. Time is passed in and everything it causes
 * goes through {@link LeasePorts}, so it runs without Kafka or threads. Not safe for several
 * threads: {@link LeaseDesk} locks.
 *
 * <p>Who ends an attempt, exactly once: before the engine has it, whoever stops it; afterwards the
 * engine's thread, in {@link #ended}; or {@link #expire} if the engine does not let go in time. A
 * slot is free when the engine has let go, whatever was reported.
 */
final class LeaseBook {

  private final int slots;
  private final Duration startTimeout;
  private final Duration attemptTimeout;
  private final Duration stopGrace;
  private final Duration drainGrace;
  private final Outcomes outcomes;
  private final LeasePorts ports;
  private final HeldLeases held = new HeldLeases();
  private Session session;
  private LeaseSize meanLease = LeaseSize.UNKNOWN;
  private WorkerState state = WorkerState.ACTIVE;
  private Instant drainUntil = Instant.MAX;

  LeaseBook(
      int slots,
      LeaseDesk.LeaseTiming timing,
      Outcomes outcomes,
      LeasePorts ports,
      Session session) {
    this.slots = slots;
    // The reader gives up by itself before, and says more.
    this.startTimeout = timing.payloadTimeout().plus(timing.stopGrace());
    this.attemptTimeout = timing.attemptTimeout();
    this.stopGrace = timing.stopGrace();
    this.drainGrace = timing.drainGrace();
    this.outcomes = outcomes;
    this.ports = ports;
    this.session = session;
  }

  Collection<Attempt> held() {
    return held.all();
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

  /** A lease record of this worker arrived. */
  void received(Lease lease, @Nullable String traceparent, Instant now) {
    if (!lease.getSession().equals(session.id())) {
      ports.ignored("other_session");
      return;
    }
    switch (lease.getAction()) {
      case GRANT -> granted(lease, traceparent, now);
      case CANCEL -> cancelled(lease, now);
      case DRAIN -> drain(now.plus(drainGrace), now);
    }
  }

  private void granted(Lease lease, @Nullable String traceparent, Instant now) {
    PartitionDemand partition = session.partition(lease.getPartition());
    Attempt attempt = new Attempt(lease, now, traceparent);
    if (partition == null) {
      ports.ignored("unknown_partition");
      report(attempt, outcomes.stopped(attempt, StopReason.RELEASED, now));
      return;
    }
    switch (partition.receive(lease.getSequence(), lease.getPromptTokens(), kvTokens(lease))) {
      case DUPLICATE -> ports.ignored("duplicate");
      case BEYOND_LIMIT -> {
        ports.ignored("beyond_limit");
        report(attempt, outcomes.stopped(attempt, StopReason.RELEASED, now));
      }
      case NEW -> take(attempt, partition, now);
    }
  }

  private void take(Attempt attempt, PartitionDemand partition, Instant now) {
    Lease lease = attempt.lease();
    if (!now.isBefore(attempt.deadline())) {
      report(attempt, outcomes.failed(attempt, Outcomes.deadlinePassed(lease), now));
    } else if (state != WorkerState.ACTIVE || held.size() >= slots || ports.isPaused(now)) {
      report(attempt, outcomes.stopped(attempt, StopReason.RELEASED, now));
    } else if (held.add(attempt)) {
      partition.take();
      meanLease = meanLease.with(lease.getPromptTokens(), kvTokens(lease));
      ports.readPayload(attempt);
    } else {
      ports.ignored("duplicate");
    }
    ports.wake();
  }

  private void cancelled(Lease lease, Instant now) {
    Attempt attempt = held.find(lease);
    if (attempt == null) {
      ports.ignored("cancel_too_late");
    } else {
      stop(attempt, StopReason.CANCELLED, now);
    }
  }

  /** The attempt's payload was read: the engine takes over, unless the attempt was stopped. */
  void payloadRead(
      Attempt attempt, ScoredRequest payload, @Nullable String traceparent, Instant now) {
    if (!held.isWaiting(attempt)) {
      return;
    }
    Lease lease = attempt.lease();
    if (!now.isBefore(attempt.deadline())) {
      end(attempt, outcomes.failed(attempt, Outcomes.deadlinePassed(lease), now));
      return;
    }
    if (ports.isPaused(now)) {
      stop(attempt, StopReason.RELEASED, now);
      return;
    }
    InferenceRequest request = payload.getRequest();
    Instant timeout = now.plus(attemptTimeout);
    Instant until = timeout.isBefore(attempt.deadline()) ? timeout : attempt.deadline();
    String trace = traceparent == null ? attempt.traceparent() : traceparent;
    // Where no thread can be had, the attempt stays unstarted and ends by its time.
    Attempt.Run run = ports.run(attempt, engineRequest(attempt, payload, trace));
    attempt.start(request, trace, now, until, running() + 1, run);
  }

  /** The attempt's payload cannot be had, or the engine does not serve it. */
  void refused(Attempt attempt, Failure failure, @Nullable InferenceRequest request, Instant now) {
    if (held.isWaiting(attempt)) {
      attempt.carry(request);
      end(attempt, outcomes.failed(attempt, failure, now));
    }
  }

  void firstToken(Attempt attempt, Instant now) {
    attempt.firstToken(now);
    ports.wake();
  }

  /**
   * The engine has let go of the attempt. An answer outweighs a time-out or a drain that came
   * between, a cancellation outweighs the answer.
   *
   * @param said what it said; null if it was interrupted
   */
  void ended(Attempt attempt, @Nullable EngineReply said, Instant now) {
    attempt.detach();
    EngineReply reply = ports.observed(attempt, said, running(), now);
    releaseIfPaused(now);
    StopReason reason = attempt.stopReason();
    if (attempt.reported() || reason == StopReason.ABANDONED) {
      drop(attempt);
    } else if (reply != null && (reason == null || isOverruledBy(reason, reply))) {
      end(attempt, outcomes.replied(attempt, reply, now));
    } else if (reason != null) {
      end(attempt, outcomes.stopped(attempt, reason, now));
    } else {
      String message = "The engine's thread was interrupted by somebody else; try again";
      Failure failure = Outcomes.failure(FailureCategory.RETRYABLE, "engine_interrupted", message);
      end(attempt, outcomes.failed(attempt, failure, now));
    }
  }

  private static boolean isOverruledBy(StopReason reason, EngineReply reply) {
    return switch (reply) {
      case EngineReply.Answered _ -> reason != StopReason.CANCELLED;
      case EngineReply.Failed _ -> false;
    };
  }

  /**
   * Stops what has run too long, and fails what could not start in time, whoever lost it.
   *
   * @return when to look again at the latest
   */
  Instant expire(Instant now) {
    releaseIfPaused(now);
    Instant next = Instant.MAX;
    for (Attempt attempt : held.copy()) {
      if (held.isWaiting(attempt)) {
        Instant startBy = attempt.receivedAt().plus(startTimeout);
        if (!now.isBefore(startBy)) {
          end(attempt, outcomes.failed(attempt, Outcomes.payloadTimeout(startTimeout), now));
        } else {
          next = earlier(next, startBy);
        }
      }
      if (attempt.startedAt() != null && attempt.stopReason() == null) {
        if (!now.isBefore(attempt.stopAt())) {
          stop(attempt, StopReason.TIMED_OUT, now);
        } else if (!now.isBefore(drainUntil)) {
          stop(attempt, StopReason.RELEASED, now);
        } else {
          next = earlier(next, earlier(attempt.stopAt(), drainUntil));
        }
      }
      StopReason reason = attempt.stopReason();
      if (held.contains(attempt) && reason != null && !attempt.reported()) {
        Instant patience = attempt.stoppedAt().plus(stopGrace);
        if (reason != StopReason.ABANDONED && !now.isBefore(patience)) {
          report(attempt, outcomes.stopped(attempt, reason, now));
        } else {
          next = earlier(next, patience);
        }
      }
    }
    return next;
  }

  /** Somebody else may run now what this engine may not be given yet. */
  private void releaseIfPaused(Instant now) {
    if (ports.isPaused(now)) {
      releaseWaiting(now);
    }
  }

  private void releaseWaiting(Instant now) {
    for (Attempt attempt : held.copy()) {
      if (!attempt.started()) {
        stop(attempt, StopReason.RELEASED, now);
      }
    }
  }

  /** Begins to drain, or shortens the grace of a drain under way. */
  void drain(Instant until, Instant now) {
    if (state == WorkerState.ACTIVE) {
      state = WorkerState.DRAINING;
    }
    drainUntil = earlier(drainUntil, until);
    releaseWaiting(now);
    expire(now);
    ports.wake();
  }

  /** Ends the drain: nothing is held that anybody waits for. */
  void stopped() {
    state = WorkerState.STOPPED;
  }

  /** Whether everything that was held has been reported. */
  boolean settled() {
    return held.all().stream()
        .allMatch(a -> a.reported() || a.stopReason() == StopReason.ABANDONED);
  }

  /** Starts anew: nothing of the session before is reported any more. */
  void renew(Session next, Instant now) {
    session = next;
    for (Attempt attempt : held.copy()) {
      stop(attempt, StopReason.ABANDONED, now);
    }
    ports.wake();
  }

  int running() {
    return held.running();
  }

  private void stop(Attempt attempt, StopReason reason, Instant now) {
    boolean waiting = held.isWaiting(attempt);
    attempt.stop(reason, now);
    if (waiting && reason == StopReason.ABANDONED) {
      drop(attempt);
    } else if (waiting) {
      end(attempt, outcomes.stopped(attempt, reason, now));
    }
  }

  private void end(Attempt attempt, AttemptOutcome outcome) {
    drop(attempt);
    report(attempt, outcome);
  }

  private void drop(Attempt attempt) {
    if (held.remove(attempt)) {
      PartitionDemand partition = session.partition(attempt.lease().getPartition());
      if (partition != null && session.id().equals(attempt.lease().getSession())) {
        partition.release();
      }
    }
    ports.wake();
  }

  private void report(Attempt attempt, AttemptOutcome outcome) {
    attempt.markReported();
    ports.report(
        new LeasePorts.Report(attempt.lease().getPartition(), outcome, attempt.traceparent()));
  }

  static long kvTokens(Lease lease) {
    return lease.getPromptTokens() + lease.getPredictedOutputTokens();
  }

  private static EngineRequest engineRequest(
      Attempt attempt, ScoredRequest payload, @Nullable String trace) {
    Lease lease = attempt.lease();
    ByteBuffer buffer = payload.getRequest().getBody();
    byte[] body = new byte[buffer.remaining()];
    buffer.duplicate().get(body);
    return new EngineRequest(
        lease.getRequestId(),
        payload.getEndpoint(),
        lease.getModel(),
        lease.getVariant().orElse(null),
        body,
        lease.getPromptTokens(),
        lease.getMaxOutputTokens(),
        attempt.deadline(),
        trace);
  }

  private static Instant earlier(Instant a, Instant b) {
    return a.isBefore(b) ? a : b;
  }
}
