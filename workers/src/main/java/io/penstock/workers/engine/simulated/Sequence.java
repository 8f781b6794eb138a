package io.penstock.workers.engine.simulated;

/**
 * A request inside a {@link BatchingModel}; the caller's handle to cancel it.
 *
 * @param <T> what the caller submitted
 */
public final class Sequence<T> {

  enum Phase {
    WAITING,
    PREFILL,
    DECODE,
    ENDED
  }

  final T request;
  final int promptTokens;
  final int outputTokens;
  final int failsAfter;
  Phase phase = Phase.WAITING;

  /** Tokens generated so far; they survive a preemption. */
  int generated;

  /** Tokens of {@link #context} whose keys and values are in the cache. */
  long prefilled;

  /** Tokens being processed in the iteration under way. */
  long chunk;

  /** KV-cache tokens set aside. */
  long kv;

  boolean firstTokenTold;

  Sequence(T request, int promptTokens, int outputTokens, int failsAfter) {
    this.request = request;
    this.promptTokens = promptTokens;
    this.outputTokens = outputTokens;
    this.failsAfter = failsAfter;
  }

  public boolean ended() {
    return phase == Phase.ENDED;
  }

  /** Prompt and generated tokens: what attention reads, and what recomputing has to process. */
  long context() {
    return (long) promptTokens + generated;
  }

  long prefillLeft() {
    return context() - prefilled;
  }
}
