package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchLease;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.RequestState;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Decides what grants, outcomes and lost leases make of a request. A pure function. */
record Attempts(
    Announcements announcements,
    Instructions instructions,
    Setbacks setbacks,
    Moves moves,
    Endings endings) {

  private static final String TOO_LONG = "its prompt is longer than the model's context";

  Decision granted(Event.Granted granted, DispatchEntry waiting, Instant now) {
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
        announcements.announce(entry, RequestState.LEASED, now));
  }

  Decision ended(Event.Ended ended, State.Leased leased, Instant now) {
    AttemptOutcome outcome = ended.outcome();
    return switch (outcome.getKind()) {
      case SUCCEEDED -> endings.succeeded(leased.entry(), outcome, now);
      case FAILED -> failed(leased, failureOf(outcome), outcome, ended.fault(), now);
      // Nobody asked dispatch for this cancellation, or the request would not be LEASED any more.
      case RELEASED, CANCELLED -> returned(leased, now);
    };
  }

  Decision failed(
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
                        && !Endings.isExpired(waiting, now)
                    ? moves.moved(
                        new Event.Moved(larger, MoveCause.CONTEXT, TOO_LONG), waiting, now)
                    : endings.waitOrExpire(waiting, Verdict.RETRIED, outcome, now))
        .orElseGet(() -> endings.failed(leased.entry(), failure, outcome, now));
  }

  Decision unconfirmed(State.Leased leased, Instant avoidUntil, Instant now) {
    DispatchEntry entry =
        DispatchEntry.newBuilder(leased.entry())
            .setLease(null)
            .setAvoidWorker(leased.lease().getWorkerId())
            .setAvoidUntil(avoidUntil)
            .build();
    return endings
        .waitOrExpire(entry, Verdict.RETURNED, null, now)
        .after(instructions.cancel(leased.entry(), leased.lease(), now));
  }

  Decision returned(State.Leased leased, Instant now) {
    DispatchEntry entry = DispatchEntry.newBuilder(leased.entry()).setLease(null).build();
    return endings.waitOrExpire(entry, Verdict.RETURNED, null, now);
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
