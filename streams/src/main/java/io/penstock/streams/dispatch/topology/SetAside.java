package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.DispatchTransfer;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.OutcomeKind;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ServiceClass;
import io.penstock.streams.runtime.CrashLoop;
import java.time.Instant;

/**
 * Remembers a record that ended one thread after another: whose request it is, and only what its
 * answer needs. Nobody knows what exactly ended the threads, so the less is kept, the better the
 * chance that the request can be answered.
 */
final class SetAside {

  /** Why its request fails. */
  static final Failure FAILURE =
      new Failure(
          FailureCategory.INVALID,
          "unusable_record",
          "Dispatch failed %d times on this record and set it aside. Report it with its id."
              .formatted(CrashLoop.DEATHS),
          null,
          null,
          null);

  private static final String UNKNOWN = "unknown";
  private static final String REASON = "the record that named it was set aside";

  private SetAside() {}

  /**
   * The request of a work record.
   *
   * @throws Plausibility.ImplausibleException if it cannot be answered
   */
  static DispatchEntry work(
      ScoredFacts facts, ServiceClass serviceClass, long offset, Instant now) {
    return DispatchEntry.newBuilder()
        .setFacts(plain(facts, now))
        .setPayloadClass(serviceClass)
        .setPayloadOffset(offset)
        .setQueuedAt(now)
        .setAttempts(0)
        .setFailures(0)
        .setOverloads(0)
        .build();
  }

  /**
   * The request of a transfer.
   *
   * @throws Plausibility.ImplausibleException if it cannot be answered, or only asks how it ended
   */
  static DispatchEntry transfer(DispatchTransfer transfer, Instant now) {
    if (transfer.getAsks()) {
      throw new Plausibility.ImplausibleException("the transfer asks for a request and holds none");
    }
    DispatchEntry entry = transfer.getEntry();
    return DispatchEntry.newBuilder(
            work(entry.getFacts(), entry.getPayloadClass(), entry.getPayloadOffset(), now))
        .setPayloadPartition(entry.getPayloadPartition().orElse(null))
        .setMoves(Math.max(1, entry.getMoves()))
        .build();
  }

  /** An outcome that says that its attempt failed for good. */
  static AttemptOutcome outcome(AttemptOutcome outcome, Failure failure) {
    return AttemptOutcome.newBuilder()
        .setRequestId(outcome.getRequestId())
        .setTenant(outcome.getTenant().orElse(null))
        .setAttempt(outcome.getAttempt())
        .setWorkerId(outcome.getWorkerId())
        .setSession(outcome.getSession())
        .setKind(OutcomeKind.FAILED)
        .setFailure(failure)
        .setEngine(UNKNOWN)
        .setReceivedAt(outcome.getReceivedAt())
        .setFinishedAt(outcome.getFinishedAt())
        .build();
  }

  private static ScoredFacts plain(ScoredFacts facts, Instant now) {
    if (!Plausibility.isAnswerable(facts)) {
      throw new Plausibility.ImplausibleException("id or tenant is no name");
    }
    return ScoredFacts.newBuilder(Plausibility.answerable(facts, now))
        .setChoice(ModelChoice.newBuilder().setModel(UNKNOWN).setReason(REASON).build())
        .setPrefixHash(null)
        .setInputPricePerMillion(null)
        .setOutputPricePerMillion(null)
        .build();
  }
}
