package io.penstock.compose.bench.scaling;

import java.time.Duration;

/**
 * How much work was done at once.
 *
 * @param workers workers
 * @param slots slots of all of them together
 * @param job how long each request's run is
 * @param requests requests run
 * @param seconds from the first run's start to the last one's end
 */
record SpeedUp(int workers, int slots, Duration job, int requests, double seconds) {

  double requestsPerSecond() {
    return requests / seconds;
  }

  /** Runs that went on at the same time, on average: the ideal is the number of slots. */
  double speedUp() {
    return requests * (job.toNanos() / 1e9) / seconds;
  }

  /** Of the ideal, 0 to 1. */
  double efficiency() {
    return speedUp() / slots;
  }
}
