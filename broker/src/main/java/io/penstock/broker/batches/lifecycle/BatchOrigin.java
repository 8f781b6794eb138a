package io.penstock.broker.batches.lifecycle;

import org.jspecify.annotations.Nullable;

/**
 * How a batch was asked for.
 *
 * @param api whose API made it, and shows it
 * @param keyId the API key whose limits its requests count against; null where keys are off
 * @param repeatKey what follows from its tenant and {@code Idempotency-Key}; null without one
 * @param fingerprint of the body that was sent under that key; null without one
 */
public record BatchOrigin(
    Api api, @Nullable String keyId, @Nullable String repeatKey, @Nullable String fingerprint) {

  /** Whose shape of requests and batches it is. */
  public enum Api {
    OPENAI,
    ANTHROPIC
  }

  /** OpenAI's API, without keys. */
  public static final BatchOrigin PLAIN = new BatchOrigin(Api.OPENAI, null, null, null);
}
