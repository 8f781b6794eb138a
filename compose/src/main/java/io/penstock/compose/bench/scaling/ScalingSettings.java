package io.penstock.compose.bench.scaling;

import java.time.Duration;
import java.util.List;

/**
 * What {@code bench scaling} does.
 *
 * @param workers numbers of workers, ascending, each 1 to 256
 * @param jobs how long an engine sleeps for a request, each from 1 ms to 1 minute
 * @param slots slots of each worker
 * @param time about how long each combination would take at the ideal
 * @param warmUp load before anything counts
 */
public record ScalingSettings(
    List<Integer> workers, List<Duration> jobs, int slots, Duration time, Duration warmUp) {

  private static final int MOST_REQUESTS = 20_000;

  public ScalingSettings {
    workers = workers.stream().sorted().distinct().toList();
    jobs = jobs.stream().sorted().distinct().toList();
    require("workers", !workers.isEmpty() && workers.getFirst() >= 1 && workers.getLast() <= 256);
    require(
        "jobs",
        !jobs.isEmpty() && jobs.getFirst().toMillis() >= 1 && jobs.getLast().toMinutes() < 1);
    require("slots", slots >= 1 && slots <= 1_000);
    require("seconds", time.isPositive() && time.toMinutes() < 60);
    require("warm-up", !warmUp.isNegative() && warmUp.toMinutes() < 60);
  }

  private static void require(String name, boolean good) {
    if (!good) {
      throw new IllegalArgumentException(name + " is out of range");
    }
  }

  /** Requests of a combination: as many as would take the time, at least ten to a slot. */
  int requests(int workerCount, Duration job) {
    long ideal = time.toNanos() / job.toNanos() * workerCount * slots;
    return (int) Math.clamp(ideal, 10L * workerCount * slots, MOST_REQUESTS);
  }
}
