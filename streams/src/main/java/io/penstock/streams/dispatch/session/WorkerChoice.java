package io.penstock.streams.dispatch.session;

import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.Comparator;
import java.util.List;

/** Decides which of several workers that could take a request gets it. A pure function. */
@FunctionalInterface
public interface WorkerChoice {

  /**
   * The worker expected to finish the request first; of equals, the one with the most free slots.
   */
  WorkerChoice EARLIEST_FINISH =
      (candidate, able) ->
          able.stream()
              .min(
                  Comparator.<WorkerView>comparingLong(worker -> worker.finishMicros(candidate))
                      .thenComparing(Comparator.comparingInt(WorkerChoice::freeSlots).reversed())
                      .thenComparing(WorkerView::workerId))
              .orElseThrow();

  /**
   * Chooses.
   *
   * @param able one worker or more
   * @return one of {@code able}
   */
  WorkerView choose(Candidate candidate, List<WorkerView> able);

  private static int freeSlots(WorkerView worker) {
    return worker.slots() - worker.running();
  }
}
