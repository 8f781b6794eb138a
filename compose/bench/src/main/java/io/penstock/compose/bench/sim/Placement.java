package io.penstock.compose.bench.sim;

import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;

/**
 * The rule by which a router that pushes chooses a worker. Each run makes a new one, since it may
 * count.
 */
interface Placement {

  /**
   * Chooses.
   *
   * @param workers what the router knows of each
   * @return an index
   */
  int choose(SimRequest request, List<WorkerState> workers, SplittableRandom random);

  /**
   * The facts of a worker that a router knows.
   *
   * @param requests given to it and not finished
   * @param workSeconds how long it will take to finish them, by the speed of its engine
   */
  record WorkerState(int requests, double workSeconds) {}

  static Supplier<Placement> roundRobin() {
    return () ->
        new Placement() {
          private int next;

          @Override
          public int choose(
              SimRequest request, List<WorkerState> workers, SplittableRandom random) {
            return next++ % workers.size();
          }
        };
  }

  static Supplier<Placement> random() {
    return () -> (request, workers, random) -> random.nextInt(workers.size());
  }

  static Supplier<Placement> powerOfTwoChoices() {
    return () ->
        (request, workers, random) -> {
          int one = random.nextInt(workers.size());
          int other = random.nextInt(workers.size());
          return workers.get(other).requests() < workers.get(one).requests() ? other : one;
        };
  }

  /** The fewest requests; the first of equals. */
  static Supplier<Placement> shortestQueue() {
    return () -> (request, workers, random) -> least(workers, WorkerState::requests);
  }

  static Supplier<Placement> leastWork() {
    return () -> (request, workers, random) -> least(workers, WorkerState::workSeconds);
  }

  private static int least(List<WorkerState> workers, ToDoubleFunction<WorkerState> load) {
    int best = 0;
    for (int i = 1; i < workers.size(); i++) {
      if (load.applyAsDouble(workers.get(i)) < load.applyAsDouble(workers.get(best))) {
        best = i;
      }
    }
    return best;
  }
}
