package io.penstock.streams.score.candidate;

import io.penstock.schemas.ModelSpec;
import io.penstock.streams.score.tokens.PromptTokens;

/** Counts the request's prompt as one model would. */
@FunctionalInterface
public interface PromptMeter {

  PromptTokens measure(ModelSpec spec);
}
