package io.penstock.compose.bench.protocol;

import io.penstock.compose.bench.BenchProgress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * Makes a failing simulation small: fewer requests and fewer kinds of faults that violate the same
 * invariant.
 */
final class Shrinker {

  /** A violation that is found in so few requests is small enough. */
  private static final int FEW = 200;

  private static final int OTHER_SEEDS = 5;
  private static final int SHORT_RUN = 2_000;

  private final InstantSource clock;
  private final Instant until;
  private SimulationResult smallest;
  private int runs;

  private Shrinker(SimulationResult failing, InstantSource clock, Duration most) {
    this.clock = clock;
    this.until = clock.instant().plus(most);
    this.smallest = failing;
  }

  /**
   * Shrinks a failing simulation.
   *
   * @param most how long it may take, about
   * @return the smallest found; the same if no smaller one was
   */
  static SimulationResult shrink(
      SimulationResult failing, InstantSource clock, Duration most, BenchProgress progress) {
    Shrinker shrinker = new Shrinker(failing, clock, most);
    shrinker.shrink(progress);
    return shrinker.smallest;
  }

  private void shrink(BenchProgress progress) {
    // The same history up to the violation: what would have come later changes nothing.
    tryIt(settings().with(settings().seed(), arrived()), progress);
    if (settings().requests() > SHORT_RUN) {
      for (int other = 1; other <= OTHER_SEEDS && settings().requests() > SHORT_RUN; other++) {
        tryIt(settings().with(settings().seed() + other, SHORT_RUN), progress);
      }
    }
    tryIt(settings().with(settings().seed(), arrived()), progress);
    for (FaultKind kind : FaultKind.values()) {
      if (settings().faults().contains(kind)) {
        tryIt(settings().without(kind), progress);
      }
    }
    boolean smaller = true;
    while (smaller && settings().requests() > FEW) {
      smaller = tryIt(settings().with(settings().seed(), settings().requests() / 2), progress);
    }
    tryIt(settings().with(settings().seed(), arrived()), progress);
  }

  private ProtocolSettings settings() {
    return smallest.settings();
  }

  private int arrived() {
    return Math.max(1, violation(smallest).requests());
  }

  /** Runs other settings, and keeps them if they violate the same invariant. */
  private boolean tryIt(ProtocolSettings other, BenchProgress progress) {
    if (other.equals(settings()) || clock.instant().isAfter(until)) {
      return false;
    }
    runs++;
    progress.at("shrinking, run " + runs, 1);
    SimulationResult result = ProtocolSimulation.run(other, clock, BenchProgress.NONE);
    SimulationResult.Violation found = result.violation();
    boolean same = found != null && found.invariant() == violation(smallest).invariant();
    if (same) {
      smallest = result;
    }
    return same;
  }

  private static SimulationResult.Violation violation(SimulationResult failing) {
    SimulationResult.Violation violation = failing.violation();
    if (violation == null) {
      throw new IllegalArgumentException("nothing was violated, so there is nothing to shrink");
    }
    return violation;
  }
}
