package com.example.penstock;

import io.penstock.schemas.ServiceClass;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.Rank;
import io.penstock.streams.dispatch.rank.RankPolicy;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.time.Duration;

/**
 * Serves the oldest request first, whatever its class. Batch requests count as younger than they
 * are.
 *
 * @param batchHandicap how much younger, 0 or more
 */
public record OldestFirst(Duration batchHandicap) implements RankPolicy {

  private static final double SECONDS_PER_MICRO = 1e-6;

  public OldestFirst {
    if (batchHandicap.isNegative()) {
      throw new IllegalArgumentException(
          "batch-handicap is %s; it must be 0 or more".formatted(batchHandicap));
    }
  }

  @Override
  public Rank rank(Candidate candidate, WorkerView worker, long nowMicros) {
    long handicap =
        candidate.serviceClass() == ServiceClass.BATCH ? batchHandicap.toNanos() / 1000 : 0;
    return new Rank(0, (candidate.acceptedAt() + handicap) * SECONDS_PER_MICRO);
  }
}
