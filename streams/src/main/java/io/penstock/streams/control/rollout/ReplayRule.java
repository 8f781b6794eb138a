package io.penstock.streams.control.rollout;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.ModelVariant;
import io.penstock.schemas.ScoredRequest;
import io.penstock.schemas.routing.Rollout;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.streams.control.observation.Observation;
import io.penstock.streams.score.candidate.Constraints;
import io.penstock.streams.score.candidate.ModelCandidate;
import java.util.List;
import java.util.function.Predicate;

/**
 * Decides which logged requests may be replayed on a new variant: those whose own constraints and
 * tenant's policy let its provider and model see them.
 */
public final class ReplayRule implements Predicate<ScoredRequest> {

  private final RoutingState routing;
  private final String model;

  /** The two variants, the old one and the new one: each has to be allowed. */
  private final List<ModelCandidate> candidates;

  public ReplayRule(Rollout rollout, ModelSpec model, RoutingState routing) {
    this.routing = routing;
    this.model = model.getName();
    this.candidates = List.of(candidate(model, rollout.from()), candidate(model, rollout.to()));
  }

  /**
   * The candidate of a variant, even if the model no longer has it: then the model's provider
   * counts.
   */
  private static ModelCandidate candidate(ModelSpec model, String name) {
    ModelVariant variant =
        model.getVariants().stream()
            .filter(each -> each.getName().equals(name))
            .findFirst()
            .orElseGet(() -> ModelVariant.newBuilder().setName(name).build());
    return new ModelCandidate(model, variant);
  }

  @Override
  public boolean test(ScoredRequest request) {
    if (!request.getChoice().getModel().equals(model)
        || request.getTenant().equals(Observation.EVALUATION_TENANT)) {
      return false;
    }
    Constraints constraints =
        Constraints.of(request.getRequest(), routing.tenant(request.getTenant()), null);
    return candidates.stream().allMatch(constraints::admits);
  }

  /** Returns what of a logged request is asked again. */
  public static EvaluationItem item(ScoredRequest request) {
    return new EvaluationItem(
        request.getEndpoint(), request.getRequest().getBody(), request.getRequest().getRouting());
  }
}
