package io.penstock.streams.score.model;

import io.penstock.streams.score.candidate.PromptMeter;
import io.penstock.streams.score.request.ParsedRequest;

/**
 * Chooses the model that serves a request. Knows neither Kafka nor the clock. Safe for use by many
 * threads.
 */
@FunctionalInterface
public interface ModelChooser {

  ModelSelection choose(ParsedRequest request, Situation situation, PromptMeter meter);
}
