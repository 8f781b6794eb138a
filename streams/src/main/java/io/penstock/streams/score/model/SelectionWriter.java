package io.penstock.streams.score.model;

import io.penstock.schemas.ModelAlternative;
import io.penstock.schemas.ModelChoice;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.topics.ModelPartitions;
import io.penstock.streams.score.assignment.VariantOrder;
import io.penstock.streams.score.candidate.ModelCandidate;
import io.penstock.streams.score.prediction.Forecast;
import io.penstock.streams.score.prediction.Prices;
import io.penstock.streams.score.request.Abbreviated;
import io.penstock.streams.score.request.ParsedRequest;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Puts a decision into the words of the contract.
 *
 * @param modelPartitions the number of partitions of the work topics
 */
record SelectionWriter(int modelPartitions) {

  /** Where else a request may be served, at most. */
  static final int MOST_ALTERNATIVES = 8;

  /** Entries of each map that explains a choice. */
  private static final int MOST_EXPLAINED = 16;

  private static final int MOST_REASON = 600;

  ModelSelection.Chosen chosen(
      ParsedRequest request, RoutingContext context, RoutingDecision decision) {
    Forecast chosen = decision.chosen();
    ModelCandidate candidate = chosen.candidate();
    Prices prices =
        decision
            .deferred()
            .map(cheaper -> Prices.of(candidate, cheaper.at()))
            .orElse(chosen.prices());
    Double firstToken = chosen.timing().firstTokenMillis();
    ModelChoice choice =
        ModelChoice.newBuilder()
            .setModel(candidate.spec().getName())
            .setVariant(candidate.target().variant())
            .setReason(Abbreviated.of(decision.reason(), MOST_REASON))
            .setAlternatives(scores(decision))
            .setProvider(candidate.provider())
            .setExpectedQuality(chosen.expectedQuality())
            .setPredictedPrice(
                prices.known()
                    ? prices.of(chosen.fit().prompt().total(), chosen.outputTokens())
                    : null)
            .setPredictedWaitMillis(firstToken == null ? null : Math.round(firstToken))
            .setExperiment(decision.assigned().map(each -> each.experiment().name()).orElse(null))
            .setArm(decision.assigned().map(each -> each.arm().name()).orElse(null))
            .setExperimentUnit(decision.assigned().map(RoutingDecision.Assigned::unit).orElse(null))
            .setExcluded(excluded(decision))
            .setDegradations(decision.degradations())
            .build();
    return new ModelSelection.Chosen(
        choice,
        candidate.spec(),
        chosen.fit(),
        prices,
        decision.outputLimit(),
        decision.deferred().map(cheaper -> cheaper.at()),
        alternatives(request, context.routing().state(), decision));
  }

  private static Map<String, Double> scores(RoutingDecision decision) {
    Map<String, Double> scores = new LinkedHashMap<>();
    decision.ranked().stream()
        .limit(MOST_EXPLAINED)
        .forEach(
            each -> scores.putIfAbsent(each.first().target().toString(), rounded(each.score())));
    return scores;
  }

  private static double rounded(double score) {
    return Math.round(score * 1e4) / 1e4;
  }

  private static Map<String, String> excluded(RoutingDecision decision) {
    Map<String, String> reasons = new LinkedHashMap<>();
    decision.excluded().entrySet().stream()
        .limit(MOST_EXPLAINED)
        .forEach(each -> reasons.put(each.getKey(), SelectionRefusals.text(each.getValue())));
    return reasons;
  }

  private List<ModelAlternative> alternatives(
      ParsedRequest request, RoutingState routing, RoutingDecision decision) {
    double own =
        decision.ranked().stream()
            .filter(each -> each.first().target().equals(decision.chosen().target()))
            .mapToDouble(Ranking::score)
            .findFirst()
            .orElse(1);
    List<ModelAlternative> alternatives = new ArrayList<>();
    Set<String> taken = new HashSet<>();
    taken.add(decision.chosen().target().toString());
    decision
        .failover()
        .forEach(each -> add(each, own, request, routing, decision, taken, alternatives));
    for (Ranking each : decision.ranked()) {
      add(each.first(), each.score(), request, routing, decision, taken, alternatives);
    }
    for (Ranking each : decision.ranked()) {
      for (Forecast other : each.serves().failover()) {
        add(other, each.score(), request, routing, decision, taken, alternatives);
      }
    }
    return alternatives;
  }

  private void add(
      Forecast forecast,
      double score,
      ParsedRequest request,
      RoutingState routing,
      RoutingDecision decision,
      Set<String> taken,
      List<ModelAlternative> alternatives) {
    ModelCandidate candidate = forecast.candidate();
    String variant = candidate.target().variant();
    if (alternatives.size() == MOST_ALTERNATIVES
        || (variant != null
            && candidate.wish().variant() == null
            && VariantOrder.onTrial(routing.rollout(candidate.spec().getName()), variant))
        // The body then allows more than this one's price was reckoned with.
        || (decision.outputLimit().isPresent()
            && forecast.fit().maxOutput() < decision.chosen().fit().maxOutput())
        || !taken.add(candidate.target().toString())) {
      return;
    }
    Forecast limited =
        decision.outputLimit().isPresent()
            ? forecast.within(decision.chosen().fit().maxOutput())
            : forecast;
    alternatives.add(
        ModelAlternative.newBuilder()
            .setModel(candidate.spec().getName())
            .setVariant(variant)
            .setProvider(candidate.provider())
            .setPartition(
                ModelPartitions.of(candidate.spec(), request.request().getId(), modelPartitions))
            .setPromptTokens(limited.fit().prompt().total())
            .setPredictedOutputTokens(limited.outputTokens())
            .setMaxOutputTokens(limited.fit().maxOutput())
            .setInputPricePerMillion(limited.prices().input())
            .setOutputPricePerMillion(limited.prices().output())
            .setExpectedQuality(limited.expectedQuality())
            .setScore(rounded(score))
            .build());
  }
}
