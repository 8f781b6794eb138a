package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.TokenUsage;
import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.dispatch.lifecycle.Event;
import io.penstock.streams.dispatch.lifecycle.Fault;
import io.penstock.streams.dispatch.rank.Candidate;
import java.util.Optional;

/**
 * Charges a lease to its tenant, in weighted tokens: at the grant the expected service of the
 * request, at its end the difference to the actual one.
 *
 * <p>What the engine counted counts. Without that, an attempt that the tenant has no part in (its
 * worker was lost, stopped, had no room or gave it back unfinished) costs nothing; one that failed,
 * was cancelled or ran past its deadline costs what was expected, or requests made to fail would be
 * free.
 */
record ServiceAccounting(FairnessSettings fairness) {

  /** Charged when a request is leased. */
  double expected(Candidate candidate) {
    return fairness.service(
        candidate.promptTokens(), candidate.kvTokens() - candidate.promptTokens());
  }

  /** Charged, or with a negative sign given back, when the lease ends by this event. */
  double correction(Candidate candidate, Event event) {
    return switch (event) {
      case Event.Ended(AttemptOutcome outcome, Fault ignored) -> ended(candidate, outcome);
      case Event.LeaseLost ignored -> -expected(candidate);
      case Event.GivenBack ignored -> -expected(candidate);
      case Event.Unconfirmed ignored -> -expected(candidate);
      case Event.Arrived ignored -> 0;
      case Event.Granted ignored -> 0;
      case Event.DeadlinePassed ignored -> 0;
      case Event.Overdue ignored -> 0;
      case Event.CancelAsked ignored -> 0;
      case Event.Reprioritised ignored -> 0;
      case Event.Moved ignored -> 0;
      case Event.Transferred ignored -> 0;
      case Event.Unusable ignored -> 0;
    };
  }

  private double ended(Candidate candidate, AttemptOutcome outcome) {
    Optional<TokenUsage> usage = outcome.getUsage();
    if (usage.isPresent()) {
      double prompt = Math.max(0, usage.get().getPromptTokens());
      double output = Math.max(0, usage.get().getCompletionTokens());
      return fairness.service(prompt, output) - expected(candidate);
    }
    return switch (outcome.getKind()) {
      case SUCCEEDED, CANCELLED -> 0;
      case RELEASED -> -expected(candidate);
      case FAILED -> isFleets(outcome) ? -expected(candidate) : 0;
    };
  }

  private static boolean isFleets(AttemptOutcome outcome) {
    return outcome
        .getFailure()
        .map(failure -> failure.getCategory() == FailureCategory.OVERLOADED)
        .orElse(false);
  }
}
