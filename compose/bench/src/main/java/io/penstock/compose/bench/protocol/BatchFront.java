package io.penstock.compose.bench.protocol;

import io.penstock.schemas.InferenceResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The HTTP front as far as it runs batches: homes of results, each owned by an instance. */
final class BatchFront {

  private static final int HOMES = 2;

  private final List<FrontHome> homes = new ArrayList<>();

  BatchFront(Cluster cluster) {
    for (int home = 0; home < HOMES; home++) {
      homes.add(new FrontHome(home, cluster));
    }
    cluster.readsResults(this::result);
  }

  /**
   * Begins a batch.
   *
   * @param first the number of its first line's request
   */
  void begin(int first, int lines) {
    homes.get(first % HOMES).begin(first, lines);
  }

  private void result(InferenceResult result) {
    if (result.getBatchId().isPresent()) {
      int first = Integer.parseInt(result.getBatchId().get().substring(1));
      homes.get(first % HOMES).append(result);
    }
  }

  /** Returns whether no batch runs any more. */
  boolean isDone() {
    return running() == 0;
  }

  int running() {
    return homes.stream().mapToInt(FrontHome::running).sum();
  }

  /** How many batches have ended. */
  int ended() {
    return homes.stream().mapToInt(FrontHome::ended).sum();
  }

  /** Every batch that was begun before a time must have ended. */
  void requireEnded(Instant before, Duration calm) {
    homes.forEach(home -> home.requireEnded(before, calm));
  }
}
