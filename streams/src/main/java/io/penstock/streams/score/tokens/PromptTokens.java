package io.penstock.streams.score.tokens;

/**
 * The size of what a request has an engine read.
 *
 * @param total tokens over all prompts, 1 or more
 * @param longest tokens of the longest prompt, 1 or more
 * @param sampled whether the texts were too long to count in full
 */
public record PromptTokens(long total, long longest, boolean sampled) {

  public PromptTokens {
    if (longest < 1 || total < longest) {
      throw new IllegalArgumentException(
          "total is %d and longest %d; need 1 <= longest <= total".formatted(total, longest));
    }
  }
}
