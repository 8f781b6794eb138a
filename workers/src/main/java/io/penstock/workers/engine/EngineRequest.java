package io.penstock.workers.engine;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One request as an engine sees it.
 *
 * @param id the request's id
 * @param endpoint the OpenAI path
 * @param model the model's name in the registry; the engine maps it to its own if they differ
 * @param variant the variant of the model that was chosen, or null
 * @param body the OpenAI-style JSON body, UTF-8; not to be changed
 * @param promptTokens the estimated tokens to prefill, 1 or more
 * @param maxOutputTokens the most tokens to generate, 0 for embeddings
 * @param deadline after this instant the answer is worthless
 * @param traceparent the W3C trace context to hand on, if any
 * @param stream whether the listener wants the answer piece by piece as well
 */
public record EngineRequest(
    String id,
    String endpoint,
    String model,
    @Nullable String variant,
    byte[] body,
    long promptTokens,
    long maxOutputTokens,
    Instant deadline,
    @Nullable String traceparent,
    boolean stream) {

  /** A request for a model without a chosen variant, whose answer is wanted whole. */
  public EngineRequest(
      String id,
      String endpoint,
      String model,
      byte[] body,
      long promptTokens,
      long maxOutputTokens,
      Instant deadline,
      @Nullable String traceparent) {
    this(
        id,
        endpoint,
        model,
        null,
        body,
        promptTokens,
        maxOutputTokens,
        deadline,
        traceparent,
        false);
  }

  /** The same request, whose answer is wanted piece by piece as well. */
  public EngineRequest streamed() {
    return new EngineRequest(
        id,
        endpoint,
        model,
        variant,
        body,
        promptTokens,
        maxOutputTokens,
        deadline,
        traceparent,
        true);
  }
}
