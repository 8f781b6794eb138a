package io.penstock.streams.score.model;

import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.topics.ModelPartitions;
import io.penstock.streams.score.assignment.VariantOrder;
import io.penstock.streams.score.candidate.ModelCandidate;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.request.ParsedRequest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

/**
 * Finds the other targets that may serve a request, within all constraints.
 *
 * @param chosen what serves it, the output's limit already lowered
 * @param limited whether a limit was written into the request's body, which holds everywhere
 * @param modelPartitions the number of partitions of the work topics
 */
record FailoverTargets(
    ParsedRequest request,
    RoutingState routing,
    Forecast chosen,
    boolean limited,
    int modelPartitions) {

  /** The most alternatives that a request is given. */
  static final int MOST_ALTERNATIVES = 8;

  /**
   * The best first: the chosen model's other variants, the other models, then their variants.
   *
   * @param failover other variants of the chosen model
   * @param ranked all options, the best first, the chosen one perhaps among them
   */
  List<ModelAlternative> of(List<Forecast> failover, List<Ranking> ranked) {
    double own =
        ranked.stream()
            .filter(each -> each.first().target().equals(chosen.target()))
            .mapToDouble(Ranking::score)
            .findFirst()
            .orElse(1);
    SequencedMap<Target, ModelAlternative> found = new LinkedHashMap<>();
    failover.forEach(each -> add(each, own, found));
    ranked.forEach(each -> add(each.first(), each.score(), found));
    for (Ranking each : ranked) {
      each.serves().failover().forEach(other -> add(other, each.score(), found));
    }
    return List.copyOf(found.values());
  }

  private void add(Forecast forecast, double score, Map<Target, ModelAlternative> found) {
    if (found.size() < MOST_ALTERNATIVES
        && !forecast.target().equals(chosen.target())
        && !isOnTrial(forecast)
        && leavesAsMuchOutput(forecast)) {
      found.computeIfAbsent(forecast.target(), target -> alternative(forecast, score));
    }
  }

  /** Returns whether it is a variant that a rollout tries, and that the request did not ask for. */
  private boolean isOnTrial(Forecast forecast) {
    String variant = forecast.target().variant();
    return variant != null
        && forecast.wish().variant() == null
        && VariantOrder.onTrial(routing.rollout(forecast.target().model()), variant);
  }

  /** Returns whether this one's price was reckoned with as much output as a limited body allows. */
  private boolean leavesAsMuchOutput(Forecast forecast) {
    return !limited || forecast.fit().maxOutput() >= chosen.fit().maxOutput();
  }

  private ModelAlternative alternative(Forecast forecast, double score) {
    ModelCandidate candidate = forecast.candidate();
    Forecast served = limited ? forecast.within(chosen.fit().maxOutput()) : forecast;
    return ModelAlternative.newBuilder()
        .setModel(candidate.spec().getName())
        .setVariant(candidate.target().variant())
        .setProvider(candidate.provider())
        .setPartition(
            ModelPartitions.of(candidate.spec(), request.request().getId(), modelPartitions))
        .setPromptTokens(served.fit().prompt().total())
        .setPredictedOutputTokens(served.outputTokens())
        .setMaxOutputTokens(served.fit().maxOutput())
        .setInputPricePerMillion(served.prices().input())
        .setOutputPricePerMillion(served.prices().output())
        .setExpectedQuality(served.expectedQuality())
        .setScore(Ranking.rounded(score))
        .build();
  }
}
