package io.penstock.workers.engine.simulated;

/**
 * Learns what happens in a {@link BatchingModel}, in the order of time, from within its {@code
 * submit} and {@code advance}. It may submit and cancel, except from {@link #preempted}.
 *
 * @param <T> what the caller submits
 */
public interface BatchingListener<T> {

  /** The first token is out; for a request without output tokens, the prompt is processed. */
  void firstToken(T request, long atNanos);

  /** The last token is out. Every sequence ends exactly once: so, by failing, or by cancel. */
  void finished(T request, long atNanos);

  /** A fault ended it. */
  void failed(T request, long atNanos);

  /** Its KV-cache room was taken; it waits to be computed again. */
  default void preempted(T request, long atNanos) {}
}
