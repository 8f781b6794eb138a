package io.penstock.schemas.models;

import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.ScoredRequest;
import java.util.Optional;

/**
 * Computes the predicted cost of a scored request, in the registry's currency; 0 without prices.
 */
public final class PredictedCost {

  private static final double MILLION = 1e6;

  private PredictedCost() {}

  public static double of(ScoredFacts facts) {
    return of(
        facts.getPromptTokens(),
        facts.getInputPricePerMillion(),
        facts.getPredictedOutputTokens(),
        facts.getOutputPricePerMillion());
  }

  public static double of(ScoredRequest request) {
    return of(
        request.getPromptTokens(),
        request.getInputPricePerMillion(),
        request.getPredictedOutputTokens(),
        request.getOutputPricePerMillion());
  }

  private static double of(
      long promptTokens,
      Optional<Double> inputPrice,
      long outputTokens,
      Optional<Double> outputPrice) {
    double cost = promptTokens * inputPrice.orElse(0.0) + outputTokens * outputPrice.orElse(0.0);
    return cost > 0 && Double.isFinite(cost) ? cost / MILLION : 0;
  }
}
