package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.Failure;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.OutcomeKind;
import io.penstock.streams.dispatch.health.Attempt;
import io.penstock.streams.dispatch.health.Symptom;
import io.penstock.streams.dispatch.health.TargetBook;
import io.penstock.streams.dispatch.lifecycle.Fault;
import io.penstock.streams.dispatch.lifecycle.RetryPolicy;
import io.penstock.streams.dispatch.lifecycle.State;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.session.Sessions;
import io.penstock.streams.dispatch.session.WorkerSession;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whose fault it is that an attempt failed: the request's, its worker's or its target's;
 * and keeps what each attempt says about workers and targets. An instance belongs to one thread.
 */
final class Faults {

  /** How long a worker is taken to pause that does not say how long. */
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

  private final RetryPolicy retries;
  private final TargetBook book;
  private final Sessions sessions;
  private final LargerContexts larger;
  private final ShardMetrics metrics;

  Faults(
      RetryPolicy retries,
      TargetBook book,
      Sessions sessions,
      LargerContexts larger,
      ShardMetrics metrics) {
    this.retries = retries;
    this.book = book;
    this.sessions = sessions;
    this.larger = larger;
    this.metrics = metrics;
  }

  /**
   * An attempt ended whose lease is in force.
   *
   * @param candidate the request as it was granted
   */
  Fault of(State.Leased leased, Candidate candidate, AttemptOutcome outcome, Instant now) {
    DispatchEntry entry = leased.entry();
    DispatchLease lease = leased.lease();
    Instant blamedUntil =
        book.ended(
            candidate.target(),
            new Attempt(
                candidate.key(),
                candidate.account(),
                lease.getGrantedAt(),
                entry.getFirstFailedAt().orElse(null),
                outcome),
            now);
    String worker = lease.getWorkerId();
    if (outcome.getKind() == OutcomeKind.SUCCEEDED) {
      for (WorkerSession each : sessions.served(worker, entry.getFailedOn(), micros(now))) {
        metrics.rests(each.workerId(), each.restsUntil());
      }
    }
    if (outcome.getKind() != OutcomeKind.FAILED) {
      return Fault.REQUEST;
    }
    boolean another = sessions.servesElsewhere(candidate.target(), worker, micros(now));
    return switch (Symptom.of(outcome)) {
      case PAUSE ->
          paused(candidate, outcome, another && !isAvoidingAnother(entry, worker, now), now);
      case QUOTA, REFUSAL -> {
        sessions.failed(worker, micros(now));
        yield another && lacksSecondOpinion(entry, worker)
            ? new Fault.OfWorker(now.plus(retries.secondOpinion()), now, true)
            : counted(entry, blamedUntil, null);
      }
      case ILL -> {
        sessions.failed(worker, micros(now));
        yield counted(entry, blamedUntil, another ? now.plus(retries.secondOpinion()) : null);
      }
      case NONE -> {
        ModelAlternative to = larger.after(outcome, entry, candidate, now);
        yield to == null ? Fault.REQUEST : new Fault.OfContext(to);
      }
      case WELL -> Fault.REQUEST;
    };
  }

  /**
   * Another worker may take it at once. Where there is none, or that one said the same, it waits
   * for the pause to end, and behind what is new by then: spread over as long again.
   */
  private static Fault paused(
      Candidate candidate, AttemptOutcome outcome, boolean another, Instant now) {
    Duration pause =
        outcome
            .getFailure()
            .flatMap(Failure::getRetryAfterMillis)
            .map(Duration::ofMillis)
            .filter(Duration::isPositive)
            .orElse(PAUSE);
    if (pause.compareTo(LONGEST_PAUSE) > 0) {
      pause = LONGEST_PAUSE;
    }
    Instant end = now.plus(pause);
    long spread = Math.floorMod(candidate.key().hashCode(), 1000);
    return another
        ? new Fault.OfWorker(end, now, false)
        : new Fault.OfWorker(end, end.plus(pause.multipliedBy(spread).dividedBy(1000)), false);
  }

  /**
   * Returns whether another worker has turned it away just now and would be granted it again: it
   * must not go to and fro. A worker that says itself that it pauses is granted nothing.
   */
  private boolean isAvoidingAnother(DispatchEntry entry, String worker, Instant now) {
    return entry
            .getAvoidWorker()
            .filter(avoided -> !avoided.equals(worker) && !isPaused(avoided, now))
            .isPresent()
        && entry.getAvoidUntil().filter(until -> until.isAfter(now)).isPresent();
  }

  private boolean isPaused(String worker, Instant now) {
    WorkerSession session = sessions.find(worker);
    return session != null && micros(now) < session.pausedUntil();
  }

  /**
   * Returns whether no other worker has refused it: one that says the same twice is one witness.
   */
  private static boolean lacksSecondOpinion(DispatchEntry entry, String worker) {
    return entry.getRefusedBy().map(worker::equals).orElse(true);
  }

  private Fault counted(
      DispatchEntry entry, @Nullable Instant blamedUntil, @Nullable Instant elsewhereUntil) {
    return blamedUntil != null && entry.getExcuses() < retries.maxExcuses()
        ? new Fault.OfTarget(blamedUntil)
        : new Fault.OfRequest(elsewhereUntil);
  }

  private static long micros(Instant now) {
    return Candidate.micros(now);
  }
}
