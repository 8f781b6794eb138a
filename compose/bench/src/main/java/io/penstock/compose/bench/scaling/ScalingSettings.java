package io.penstock.compose.bench.scaling;

import static io.penstock.compose.bench.OptionRule.require;
import static io.penstock.compose.bench.OptionRule.requireTime;

import java.time.Duration;
import java.util.List;

/**
 * The settings of {@code bench scaling}.
 *
 * @param workers numbers of workers, ascending, each 1 to 256
 * @param jobs how long an engine sleeps for a request, each from 1 ms to 1 minute
 * @param slots slots of each worker
 * @param time how long each combination is measured
 * @param warmUp load before anything counts
 */
public record ScalingSettings(
    List<Integer> workers, List<Duration> jobs, int slots, Duration time, Duration warmUp) {

  private static final int MOST_FOR_SHORT_RUNS = 512;

  public ScalingSettings {
    workers = workers.stream().sorted().distinct().toList();
    jobs = jobs.stream().sorted().distinct().toList();
    require(
        "workers",
        !workers.isEmpty() && workers.getFirst() >= 1 && workers.getLast() <= 256,
        "must be from 1 to 256 each");
    require(
        "jobs",
        !jobs.isEmpty() && jobs.getFirst().toMillis() >= 1 && jobs.getLast().toMinutes() < 1,
        "must be from 1 ms to less than a minute each");
    require("slots", slots >= 1 && slots <= 1_000, "must be from 1 to 1000");
    requireTime("seconds", time, Duration.ofSeconds(1));
    requireTime("warm-up", warmUp, Duration.ZERO);
  }

  /** Requests kept in flight: some rounds of every slot, and half a second of short runs. */
  int inFlight(int workerCount, Duration job) {
    long all = (long) workerCount * slots;
    long halfSecond = all * 500_000_000 / job.toNanos();
    return (int) Math.max(4 * all, Math.min(halfSecond, MOST_FOR_SHORT_RUNS));
  }
}
