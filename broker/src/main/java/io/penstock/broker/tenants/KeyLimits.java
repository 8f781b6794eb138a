package io.penstock.broker.tenants;

import java.util.OptionalLong;

/**
 * What an API key may use; empty: as much as there is.
 *
 * @param requestsPerMinute how many requests
 * @param tokensPerMinute how many tokens of prompts and answers
 * @param queuedTokens how many tokens of prompts and possible answers may wait or run at once
 */
public record KeyLimits(
    OptionalLong requestsPerMinute, OptionalLong tokensPerMinute, OptionalLong queuedTokens) {

  public static final KeyLimits NONE =
      new KeyLimits(OptionalLong.empty(), OptionalLong.empty(), OptionalLong.empty());

  private static final long MOST = 1_000_000_000_000L;

  public KeyLimits {
    require("requests_per_minute", requestsPerMinute);
    require("tokens_per_minute", tokensPerMinute);
    require("queued_tokens", queuedTokens);
  }

  private static void require(String name, OptionalLong value) {
    if (value.isPresent() && (value.getAsLong() < 1 || value.getAsLong() > MOST)) {
      throw new IllegalArgumentException(
          "%s is %d; it must be from 1 to %d, or left out for no limit"
              .formatted(name, value.getAsLong(), MOST));
    }
  }
}
