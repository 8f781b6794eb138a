package io.penstock.workers.engine.simulated;

/** The policy by which KV-cache room is set aside for a sequence. */
public enum KvPolicy {
  /**
   * Room for the prompt at admission, then for one token a step. When none is left the newest
   * sequence loses its room and is computed again later, as vLLM does.
   */
  GROW,
  /** Room for prompt and full output at admission: nothing is ever preempted. */
  RESERVE
}
