package io.penstock.streams.score.tokens;

/**
 * The size of what a request has an engine read.
 *
 * @param total tokens over all prompts, 1 or more
 * @param longest tokens of the longest prompt, 1 or more
 * @param margin by how much {@code longest} may be too small or too large; 0: it was counted in
 *     full
 */
public record PromptTokens(long total, long longest, long margin) {

  public PromptTokens {
    if (longest < 1 || total < longest || margin < 0) {
      throw new IllegalArgumentException(
          "total is %d, longest %d, margin %d; need 1 <= longest <= total, 0 <= margin"
              .formatted(total, longest, margin));
    }
  }

  /** Returns whether the texts were too long to count in full. */
  public boolean sampled() {
    return margin > 0;
  }
}
