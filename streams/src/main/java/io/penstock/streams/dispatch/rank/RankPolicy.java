package io.penstock.streams.dispatch.rank;

/**
 * Decides who is next, at the moment a worker asks: a pure function, so that the simulator and
 * production rank alike. Dispatch calls it for a few dozen candidates per lease, so it must not
 * allocate much. Implementations are thread-safe.
 *
 * <p>The index shows dispatch a few candidates of each class and prompt length: the earliest
 * objectives among those that {@link #readyMicros} says can be met, and the oldest among those
 * whose objective has passed. So a policy must rank alike within one class and length: see {@code
 * RankPolicyContract}, the test that every policy passes.
 */
@FunctionalInterface
public interface RankPolicy {

  /**
   * Ranks a candidate for the worker that asks.
   *
   * @param nowMicros microseconds since the epoch
   */
  Rank rank(Candidate candidate, WorkerView worker, long nowMicros);

  /**
   * When a prompt of this length, given now, has its first token as this policy reckons: requests
   * with an earlier objective are hopeless on this worker. Lets the index skip them.
   *
   * @return microseconds since the epoch, no earlier than now
   */
  default long readyMicros(int promptTokens, WorkerView worker, long nowMicros) {
    return nowMicros + worker.prefillMicros(promptTokens);
  }
}
