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
}
