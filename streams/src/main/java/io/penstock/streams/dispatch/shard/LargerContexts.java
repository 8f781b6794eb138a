package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.AttemptOutcome;
import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.Failure;
import io.penstock.schemas.FailureCategory;
import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.streams.dispatch.move.MoveOption;
import io.penstock.streams.dispatch.move.MovePolicy;
import io.penstock.streams.dispatch.move.MoveSettings;
import io.penstock.streams.dispatch.rank.Candidate;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * Finds where a request goes whose prompt is too long for the model that it was given to: one of
 * its alternatives whose context is larger by the registry. A request never goes where it may not
 * be served. Engines count tokens better than scoring estimates them. An instance belongs to one
 * thread.
 */
final class LargerContexts {

  private static final String TOO_LONG = "context_length_exceeded";

  private final MoveSettings settings;
  private final MovePolicy policy;
  private final ClusterView cluster;
  private final Alternatives alternatives;

  LargerContexts(MoveSettings settings, ClusterView cluster, Alternatives alternatives) {
    this.settings = settings;
    this.policy = new MovePolicy(settings);
    this.cluster = cluster;
    this.alternatives = alternatives;
  }

  /** Null where the outcome says something else, or there is no such alternative. */
  @Nullable ModelAlternative after(
      AttemptOutcome outcome, DispatchEntry entry, Candidate candidate, Instant now) {
    if (outcome.getFailure().filter(LargerContexts::isTooLong).isEmpty()
        || entry.getMoves() >= settings.mostMoves()) {
      return null;
    }
    ModelCatalog models = cluster.models().get();
    OptionalLong refused = context(models, entry.getFacts().getChoice().getModel());
    if (refused.isEmpty()) {
      return null;
    }
    List<MoveOption> larger =
        alternatives.of(entry, cluster.fleet().get(), now).stream()
            .filter(
                option ->
                    context(models, option.alternative().getModel()).orElse(0)
                        > refused.getAsLong())
            .toList();
    ModelAlternative to = policy.failover(larger, candidate.secondsLeft(now)).orElse(null);
    if (to != null) {
      alternatives.claimed(to, now);
    }
    return to;
  }

  private static boolean isTooLong(Failure failure) {
    return failure.getCategory() == FailureCategory.REJECTED && failure.getCode().equals(TOO_LONG);
  }

  /** The variants of a model have the same. */
  private static OptionalLong context(ModelCatalog models, String model) {
    return models
        .resolve(model)
        .filter(spec -> spec.getName().equals(model))
        .map(ModelSpec::getContextWindow)
        .map(OptionalLong::of)
        .orElseGet(OptionalLong::empty);
  }
}
