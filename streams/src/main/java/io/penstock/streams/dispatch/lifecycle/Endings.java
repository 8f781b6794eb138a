package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchFinished;
import io.penstock.schemas.Failure;
import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.RequestState;
import io.penstock.schemas.TerminalStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides how a request ends, and whether it may wait on. A pure function. */
record Endings(Announcements announcements) {

  /**
   * The request waits, or has expired if its deadline has passed.
   *
   * @param verdict what its waiting amounts to
   * @param outcome of the attempt that ended just now, or null
   */
  Decision waitOrExpire(
      DispatchEntry entry, Verdict verdict, @Nullable AttemptOutcome outcome, Instant now) {
    return isExpired(entry, now)
        ? expired(entry, outcome, now)
        : Decision.of(
            new State.Waiting(entry),
            verdict,
            announcements.announce(entry, RequestState.WAITING, now));
  }

  static boolean isExpired(DispatchEntry entry, Instant now) {
    return !entry.getFacts().getDeadline().isAfter(now);
  }

  Decision expired(DispatchEntry entry, @Nullable AttemptOutcome outcome, Instant now) {
    return finished(entry, TerminalStatus.EXPIRED, outcome, null, null, now);
  }

  Decision succeeded(DispatchEntry entry, AttemptOutcome outcome, Instant now) {
    return finished(entry, TerminalStatus.SUCCEEDED, outcome, null, null, now);
  }

  /** It failed for good: a dead letter is written too. */
  Decision failed(
      DispatchEntry entry, Failure failure, @Nullable AttemptOutcome outcome, Instant now) {
    return finished(entry, TerminalStatus.FAILED, outcome, failure, null, now);
  }

  /**
   * @param reason why, or null
   */
  Decision cancelled(DispatchEntry entry, @Nullable String reason, Instant now) {
    return finished(entry, TerminalStatus.CANCELLED, null, null, reason, now);
  }

  Decision cancelledBeforeArrival(DispatchEntry entry, Instant now) {
    return cancelled(entry, "before it arrived", now);
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

  /**
   * Returns what is remembered of a request that is here no longer.
   *
   * @param status how it ended; null: it did not end here
   * @param movedTo the shard that it went to, or null
   * @param moves how often it had been moved when it left
   */
  static DispatchFinished mark(
      DispatchEntry entry,
      @Nullable TerminalStatus status,
      Instant now,
      @Nullable Integer movedTo,
      int moves) {
    return new DispatchFinished(
        status, now, movedTo, moves, entry.getFacts().getFingerprint().orElse(null));
  }
}
