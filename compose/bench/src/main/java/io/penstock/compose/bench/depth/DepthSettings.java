package io.penstock.compose.bench.depth;

import static io.penstock.compose.bench.OptionRule.require;
import static io.penstock.compose.bench.OptionRule.requireTime;

import io.penstock.compose.bench.rig.SleepingWork;
import java.time.Duration;
import java.util.List;

/**
 * The settings of {@code bench depth}.
 *
 * @param depths requests waiting, ascending, each 1 to 10 million
 * @param time how long latency is measured at each depth
 * @param work the one worker, and the interactive requests that come meanwhile
 * @param warmUp load before anything counts
 * @param idle how long idle CPU time is measured, after six times as long; zero: not at all
 * @param idleWorkers workers that idle then
 */
public record DepthSettings(
    List<Integer> depths,
    Duration time,
    SleepingWork work,
    Duration warmUp,
    Duration idle,
    int idleWorkers) {

  public DepthSettings {
    depths = depths.stream().sorted().distinct().toList();
    require(
        "depths",
        !depths.isEmpty() && depths.getFirst() >= 1 && depths.getLast() <= 10_000_000,
        "must be from 1 to 10000000 each");
    requireTime("seconds", time, Duration.ofSeconds(1));
    requireTime("warm-up", warmUp, Duration.ZERO);
    requireTime("idle-seconds", idle, Duration.ZERO);
    require("idle-workers", idleWorkers >= 1 && idleWorkers <= 100, "must be from 1 to 100");
    require(
        "rate",
        work.perSecond() <= work.servedPerSecond() / 2,
        "must be at most half of what the worker serves; lower it or raise --slots");
  }

  /** Batch requests per second that keep the backlog about as deep as it is. */
  double refillPerSecond() {
    return Math.max(1, work.servedPerSecond() * 0.9 - work.perSecond());
  }
}
