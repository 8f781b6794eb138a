package io.penstock.streams.dispatch.session;

import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.List;

/**
 * Decides which of several workers that could take a request gets it. A pure function, safe for use
 * by many threads.
 */
@FunctionalInterface
public interface WorkerChoice {

  /**
   * Chooses. The order of the workers must not matter.
   *
   * @param able one worker or more
   * @param nowMicros microseconds since the epoch
   * @return one of {@code able}
   */
  WorkerView choose(Candidate candidate, List<WorkerView> able, long nowMicros);
}
