package io.penstock.streams.control.observation;

import io.penstock.schemas.InferenceResult;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.TerminalStatus;
import io.penstock.schemas.routing.EvaluationIds;
import io.penstock.streams.runtime.FirstToken;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/**
 * The observation that one result adds about the target that served it.
 *
 * @param id the request's
 * @param tenant whose it was
 * @param model the model's registry name
 * @param variant where the model has several
 * @param experiment the experiment that assigned it
 * @param arm the arm of that experiment
 * @param unit what was assigned as one; null where the result does not say
 * @param succeeded whether there is an answer; a request that expired while it waited for this
 *     target has none
 * @param firstTokenMillis from acceptance to the first token, or to the end where there is no first
 *     token; empty for failures, which would flatter by being quick
 * @param totalMillis from acceptance to the result; empty for failures
 * @param outputTokens generated; empty where not counted
 * @param cost in the registry's currency; empty where there is no price
 * @param finishedAt when it ended
 */
public record Observation(
    String id,
    String tenant,
    String model,
    @Nullable String variant,
    @Nullable String experiment,
    @Nullable String arm,
    @Nullable String unit,
    boolean succeeded,
    OptionalDouble firstTokenMillis,
    OptionalDouble totalMillis,
    OptionalDouble outputTokens,
    OptionalDouble cost,
    Instant finishedAt) {

  /** Whose requests ask a new variant in shadow; no user's. */
  public static final String EVALUATION_TENANT = EvaluationIds.TENANT;

  /**
   * Returns what a result says; empty where it says nothing about a target: it was cancelled,
   * refused before any attempt, asked in shadow, or only repeats another result.
   */
  public static Optional<Observation> of(InferenceResult result) {
    TerminalStatus status = result.getStatus();
    boolean refused = status == TerminalStatus.FAILED && result.getAttempts() == 0;
    if (result.getRepetition().isPresent()
        || EvaluationIds.isEvaluation(result.getTenant(), result.getId())
        || status == TerminalStatus.CANCELLED
        || refused) {
      return Optional.empty();
    }
    return result.getChoice().map(choice -> of(result, choice));
  }

  private static Observation of(InferenceResult result, ModelChoice choice) {
    boolean succeeded = result.getStatus() == TerminalStatus.SUCCEEDED;
    Instant first = FirstToken.at(result);
    return new Observation(
        result.getId(),
        result.getTenant(),
        choice.getModel(),
        choice.getVariant().orElse(null),
        choice.getExperiment().orElse(null),
        choice.getArm().orElse(null),
        choice.getExperimentUnit().orElse(null),
        succeeded,
        succeeded ? millis(result.getAcceptedAt(), first) : OptionalDouble.empty(),
        succeeded ? millis(result.getAcceptedAt(), result.getFinishedAt()) : OptionalDouble.empty(),
        result
            .getUsage()
            .map(usage -> OptionalDouble.of((double) usage.getCompletionTokens()))
            .orElse(OptionalDouble.empty()),
        result.getCost().map(OptionalDouble::of).orElse(OptionalDouble.empty()),
        result.getFinishedAt());
  }

  private static OptionalDouble millis(Instant from, Instant to) {
    return OptionalDouble.of(Math.max(0, Duration.between(from, to).toNanos() / 1e6));
  }
}
