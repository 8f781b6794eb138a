package io.penstock.streams.score.candidate;

import io.penstock.schemas.ModelSpec;
import io.penstock.streams.score.request.Prompt;
import io.penstock.streams.score.tokens.PromptTokenEstimator;
import io.penstock.streams.score.tokens.PromptTokens;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Counts the request's prompt as one model would. */
public interface PromptMeter {

  /** Counts at a cost that is small for any prompt, with a margin. */
  PromptTokens measure(ModelSpec spec);

  /** Counts as exactly as possible, for where the margin matters. */
  PromptTokens exact(ModelSpec spec);

  /**
   * Counts once for each tokenizer, however many models are considered. An instance belongs to one
   * thread.
   */
  static PromptMeter of(PromptTokenEstimator tokens, List<Prompt> prompts) {
    Map<String, PromptTokens> estimated = new HashMap<>(2);
    Map<String, PromptTokens> counted = new HashMap<>(2);
    return new PromptMeter() {
      @Override
      public PromptTokens measure(ModelSpec spec) {
        return estimated.computeIfAbsent(
            spec.getTokenizer(), tokenizer -> tokens.estimate(prompts, tokenizer));
      }

      @Override
      public PromptTokens exact(ModelSpec spec) {
        return counted.computeIfAbsent(
            spec.getTokenizer(), tokenizer -> tokens.exact(prompts, tokenizer));
      }
    };
  }
}
