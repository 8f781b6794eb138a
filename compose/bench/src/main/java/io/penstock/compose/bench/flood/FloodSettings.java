package io.penstock.compose.bench.flood;

import static io.penstock.compose.bench.OptionRule.require;
import static io.penstock.compose.bench.OptionRule.requireTime;

import java.time.Duration;

/**
 * What {@code bench flood} does.
 *
 * @param batch batch requests, sent as fast as Kafka takes them
 * @param time how long interactive latency is measured, alone and in the flood
 * @param interactivePerSecond interactive requests per second meanwhile
 * @param slots slots of the one worker
 * @param job how long its engine sleeps for a request
 * @param reserve the share of the slots that batch leaves to others, 0 or more and below 1
 * @param warmUp load before anything counts
 */
public record FloodSettings(
    int batch,
    Duration time,
    double interactivePerSecond,
    int slots,
    Duration job,
    double reserve,
    Duration warmUp) {

  public FloodSettings {
    require("batch", batch >= 1 && batch <= 10_000_000);
    requireTime("seconds", time, Duration.ofSeconds(1));
    require("rate", interactivePerSecond > 0 && interactivePerSecond <= 10_000);
    require("slots", slots >= 1 && slots <= 10_000);
    require("job", job.isPositive() && job.toMinutes() < 1);
    require("reserve", reserve >= 0 && reserve < 1);
    requireTime("warm-up", warmUp, Duration.ZERO);
  }
}
