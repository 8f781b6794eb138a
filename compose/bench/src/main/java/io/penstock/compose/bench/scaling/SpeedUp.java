package io.penstock.compose.bench.scaling;

import java.time.Duration;

/**
 * The amount of work that was done at once.
 *
 * @param workers workers
 * @param slots slots of all of them together
 * @param job how long each request's run is
 * @param requestsPerSecond results per second while more waited than the slots could take
 */
record SpeedUp(int workers, int slots, Duration job, double requestsPerSecond) {

  /** Runs that went on at the same time, on average: the ideal is the number of slots. */
  double speedUp() {
    return requestsPerSecond * (job.toNanos() / 1e9);
  }

  /** The share of the ideal, 0 to 1. */
  double efficiency() {
    return speedUp() / slots;
  }
}
