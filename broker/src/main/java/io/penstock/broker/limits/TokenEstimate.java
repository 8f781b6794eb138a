package io.penstock.broker.limits;

import io.penstock.broker.inference.BodyFacts;

/**
 * How many tokens a request may take, by what can be seen without a tokenizer: a token for each
 * four bytes of the body, and as many generated ones as the body allows. What was not used is given
 * back when the result says so.
 */
public final class TokenEstimate {

  private static final int BYTES_A_TOKEN = 4;

  /** Where a body sets no bound, engines do; most answers are shorter. */
  private static final long UNBOUNDED = 1024;

  private TokenEstimate() {}

  /**
   * The estimate, 1 or more.
   *
   * @param generates whether its endpoint generates tokens
   */
  public static long of(BodyFacts body, boolean generates) {
    long prompt = Math.max(1, body.bytes() / BYTES_A_TOKEN);
    if (!generates) {
      return prompt;
    }
    long most = Math.min(body.maxTokens().orElse(UNBOUNDED), 1_000_000_000L);
    return prompt + most * body.answers();
  }
}
