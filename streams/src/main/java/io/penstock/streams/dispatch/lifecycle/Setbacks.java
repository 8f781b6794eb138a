package io.penstock.streams.dispatch.lifecycle;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides what a failed attempt or a lost lease makes of a request. A pure function. */
record Setbacks(RetryPolicy retries) {

  private static final int MOST_WORKERS = 8;

  /** The request as it waits for its next attempt; empty if there is none. */
  Optional<DispatchEntry> after(State.Leased leased, Failure failure, Fault fault, Instant now) {
    DispatchEntry entry = leased.entry();
    String worker = leased.lease().getWorkerId();
    DispatchEntry.Builder waiting =
        DispatchEntry.newBuilder(entry).setLease(null).setLastFailure(failure);
    return switch (fault) {
      case Fault.OfTarget(Instant tryFrom) ->
          Optional.of(
              failedOn(waiting, worker, now)
                  .setExcuses(entry.getExcuses() + 1)
                  .setNotBefore(tryFrom)
                  .build());
      case Fault.OfWorker(Instant avoidUntil, Instant tryFrom, boolean refused) -> {
        if (refused) {
          failedOn(waiting, worker, now).setRefusedBy(worker);
        }
        yield Optional.of(
            waiting.setAvoidWorker(worker).setAvoidUntil(avoidUntil).setNotBefore(tryFrom).build());
      }
      // A move begins anew: what happened here counts for nothing there.
      case Fault.OfContext ignored -> Optional.of(waiting.build());
      case Fault.OfRequest(Instant elsewhereUntil) -> {
        if (elsewhereUntil != null) {
          waiting.setAvoidWorker(worker).setAvoidUntil(elsewhereUntil);
        }
        yield counted(waiting, leased, failure, now);
      }
    };
  }

  private Optional<DispatchEntry> counted(
      DispatchEntry.Builder waiting, State.Leased leased, Failure failure, Instant now) {
    DispatchEntry entry = leased.entry();
    RetryPolicy.Strikes strikes = strikes(entry).with(failure.getCategory());
    waiting
        .setFailures(strikes.failures())
        .setOverloads(strikes.overloads())
        .setLostLeases(strikes.lostLeases());
    if (failure.getCategory() != FailureCategory.LEASE_LOST) {
      failedOn(waiting, leased.lease().getWorkerId(), now);
    }
    long seed = (long) entry.getFacts().getId().hashCode() << 32 | entry.getAttempts();
    return switch (retries.after(failure, strikes, seed, now)) {
      case RetryDecision.GiveUp ignored -> Optional.empty();
      case RetryDecision.Later later ->
          Optional.of(waiting.setNotBefore(later.notBefore()).build());
      case RetryDecision.Elsewhere elsewhere ->
          Optional.of(
              waiting
                  .setAvoidWorker(leased.lease().getWorkerId())
                  .setAvoidUntil(elsewhere.avoidUntil())
                  .setNotBefore(avoidingAnother(leased, now))
                  .build());
    };
  }

  /**
   * The time until which another worker, which turned it away before, is to be left alone too; or
   * null.
   */
  private static @Nullable Instant avoidingAnother(State.Leased leased, Instant now) {
    DispatchEntry entry = leased.entry();
    return entry
        .getAvoidWorker()
        .filter(worker -> !worker.equals(leased.lease().getWorkerId()))
        .flatMap(worker -> entry.getAvoidUntil())
        .filter(until -> until.isAfter(now))
        .orElse(null);
  }

  private static RetryPolicy.Strikes strikes(DispatchEntry entry) {
    return new RetryPolicy.Strikes(
        entry.getFailures(), entry.getOverloads(), entry.getLostLeases());
  }

  private static DispatchEntry.Builder failedOn(
      DispatchEntry.Builder waiting, String worker, Instant now) {
    List<String> workers = new ArrayList<>(waiting.getFailedOn());
    if (!workers.contains(worker) && workers.size() < MOST_WORKERS) {
      workers.add(worker);
    }
    Instant first = waiting.getFirstFailedAt();
    return waiting.setFailedOn(workers).setFirstFailedAt(first == null ? now : first);
  }
}
