package io.penstock.streams.dispatch.rank;

/**
 * Decides who is next, at the moment a worker asks: a pure function, so that the simulator and
 * production rank alike. Called for a few dozen candidates per lease; must not allocate much.
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
   * @return microseconds since the epoch
   */
  default long readyMicros(int promptTokens, WorkerView worker, long nowMicros) {
    return nowMicros + worker.prefillMicros(promptTokens);
  }
}
