package io.penstock.compose.bench.sim;

import java.util.List;

/** Decides which engine runs which request, and when. Made anew for each run. */
interface Scheduler {

  /** A request came. */
  void arrived(SimRequest request);

  /** A worker dies, with all it holds, and comes back after a time. */
  default void dies(int worker, long nanosUntilBack) {
    throw new UnsupportedOperationException("no worker of this policy may die");
  }

  /** Makes a scheduler for one run, and lets it begin. */
  @FunctionalInterface
  interface Factory {
    Scheduler create(VirtualClock clock, List<SimGpu> gpus, FleetSettings settings);
  }
}
