package io.penstock.streams.score;

import io.penstock.schemas.ScoredRequest;
import io.penstock.streams.score.request.Refusal;

/** The decision of scoring about one request. */
public sealed interface ScoringOutcome {

  /**
   * It waits for a worker.
   *
   * @param partition of the work topic, from 0 to the number of model partitions - 1
   */
  record Scored(ScoredRequest request, int partition) implements ScoringOutcome {}

  record Refused(Refusal refusal) implements ScoringOutcome {}
}
