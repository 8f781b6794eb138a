package io.penstock.compose.bench.depth;

import static io.penstock.compose.bench.OptionRule.require;
import static io.penstock.compose.bench.OptionRule.requireTime;

import java.time.Duration;
import java.util.List;

/**
 * What {@code bench depth} does.
 *
 * @param depths requests waiting, ascending, each 1 to 10 million
 * @param time how long latency is measured at each depth
 * @param interactivePerSecond interactive requests per second meanwhile
 * @param slots slots of the one worker
 * @param job how long its engine sleeps for a request
 * @param warmUp load before anything counts
 * @param idle how long idle CPU time is measured, after six times as long; zero: not at all
 * @param idleWorkers workers that idle then
 */
public record DepthSettings(
    List<Integer> depths,
    Duration time,
    double interactivePerSecond,
    int slots,
    Duration job,
    Duration warmUp,
    Duration idle,
    int idleWorkers) {

  public DepthSettings {
    depths = depths.stream().sorted().distinct().toList();
    require(
        "depths", !depths.isEmpty() && depths.getFirst() >= 1 && depths.getLast() <= 10_000_000);
    requireTime("seconds", time, Duration.ofSeconds(1));
    require("slots", slots >= 1 && slots <= 10_000);
    require("job", job.isPositive() && job.toMinutes() < 1);
    requireTime("warm-up", warmUp, Duration.ZERO);
    requireTime("idle-seconds", idle, Duration.ZERO);
    require("idle-workers", idleWorkers >= 1 && idleWorkers <= 100);
    require(
        "rate",
        interactivePerSecond > 0 && interactivePerSecond <= servedPerSecond(slots, job) / 2,
        "is above 0 and at most half of what the worker serves");
  }

  private static double servedPerSecond(int slots, Duration job) {
    return slots * 1e9 / job.toNanos();
  }

  /** Batch requests per second that keep the backlog about as deep as it is. */
  double refillPerSecond() {
    return Math.max(1, servedPerSecond(slots, job) * 0.9 - interactivePerSecond);
  }
}
