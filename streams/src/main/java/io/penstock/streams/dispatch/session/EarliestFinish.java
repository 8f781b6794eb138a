package io.penstock.streams.dispatch.session;

import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.Comparator;
import java.util.List;

/**
 * Chooses the worker expected to finish the request first; of equals, the one with the most free
 * slots.
 */
public record EarliestFinish() implements WorkerChoice {

  @Override
  public WorkerView choose(Candidate candidate, List<WorkerView> able, long nowMicros) {
    return able.stream()
        .min(
            Comparator.<WorkerView>comparingLong(worker -> worker.finishMicros(candidate))
                .thenComparing(Comparator.comparingInt(EarliestFinish::freeSlots).reversed())
                .thenComparing(WorkerView::workerId))
        .orElseThrow();
  }

  private static int freeSlots(WorkerView worker) {
    return worker.slots() - worker.running();
  }
}
