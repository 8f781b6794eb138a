package io.penstock.compose.bench.sim;

import io.penstock.streams.dispatch.rank.Rank;
import io.penstock.streams.dispatch.rank.RankPolicy;

/** A classic order of one queue: the least key goes first. */
@FunctionalInterface
interface PullOrder {

  /** Beyond any key within a class. */
  long CLASS = 1L << 40;

  /** Ranks by the key, which stands in for the objective. */
  RankPolicy RANK = (candidate, worker, now) -> new Rank(1, candidate.firstTokenBy());

  PullOrder ARRIVAL = request -> request.arrival / 1000;

  PullOrder EARLIEST_DEADLINE = request -> request.firstTokenBy() / 1000;

  PullOrder STATIC_PRIORITY = request -> request.tier() * CLASS + request.arrival / 1000;

  /** By prompt and output as dispatch knows it; a token of output counts as 32 of prompt. */
  PullOrder SHORTEST_JOB = request -> request.promptTokens + 32L * request.predictedOutputTokens;

  /**
   * In microseconds, where it is a time; less than 2^60.
   *
   * @param request its predicted output is set
   */
  long key(SimRequest request);
}
