package io.penstock.streams.score.model;

import io.penstock.streams.score.candidate.PromptMeter;
import io.penstock.streams.score.request.ParsedRequest;

/**
 * Chooses the model that serves a request. Knows neither Kafka nor the clock: all that it may go by
 * is passed in, and equal arguments give equal selections unless it learns. Implementations are
 * thread-safe.
 */
@FunctionalInterface
public interface ModelChooser {

  /**
   * Chooses a model and the alternatives that the request may be moved to later. Both must fulfil
   * every constraint of the request and of its tenant.
   *
   * @param meter counts the prompt's tokens by each model's encoding, once for each
   */
  ModelSelection choose(ParsedRequest request, RoutingContext context, PromptMeter meter);
}
