package io.penstock.streams.score.request;

import java.time.Duration;

/**
 * The upper limits of a request.
 *
 * @param maxDeadline the furthest deadline from the record's timestamp
 * @param maxBodyBytes the largest body
 */
public record RequestLimits(Duration maxDeadline, int maxBodyBytes) {

  public static final int MAX_ATTRIBUTES = 16;
  public static final int MAX_ATTRIBUTE_KEY = 64;
  public static final int MAX_ATTRIBUTE_VALUE = 512;
  public static final int MAX_ROUTING_MODELS = 32;

  /** Choices of one prompt, the {@code n} of a body. */
  public static final int MAX_CHOICES = 128;

  /** Prompts or inputs in one body, as OpenAI's embeddings endpoint has it. */
  public static final int MAX_PROMPTS = 2_048;

  public RequestLimits {
    if (!maxDeadline.isPositive()) {
      throw new IllegalArgumentException(
          "maxDeadline is %s; it must be positive".formatted(maxDeadline));
    }
    if (maxBodyBytes < 1) {
      throw new IllegalArgumentException(
          "maxBodyBytes is %d; it must be 1 or more".formatted(maxBodyBytes));
    }
  }
}
