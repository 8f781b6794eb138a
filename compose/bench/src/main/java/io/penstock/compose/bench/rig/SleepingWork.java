package io.penstock.compose.bench.rig;

import static io.penstock.compose.bench.OptionRule.require;

import java.time.Duration;

/**
 * Workers whose engines sleep, and the requests whose latency is measured on them.
 *
 * @param perSecond measured requests per second, above 0
 * @param slots slots of each worker, 1 to 10 000
 * @param job how long an engine sleeps for a request, above 0 and under a minute
 */
public record SleepingWork(double perSecond, int slots, Duration job) {

  public SleepingWork {
    require("rate", perSecond > 0, "must be above 0");
    require("slots", slots >= 1 && slots <= 10_000, "must be from 1 to 10000");
    require(
        "job", job.isPositive() && job.toMinutes() < 1, "must be above 0 and less than a minute");
  }

  /** Requests per second that one worker serves at most. */
  public double servedPerSecond() {
    return slots * 1e9 / job.toNanos();
  }
}
