package io.penstock.compose.bench.flood;

import static io.penstock.compose.bench.OptionRule.require;
import static io.penstock.compose.bench.OptionRule.requireTime;

import io.penstock.compose.bench.rig.SleepingWork;
import java.time.Duration;

/**
 * The settings of {@code bench flood}.
 *
 * @param batch batch requests, sent as fast as Kafka takes them
 * @param time how long interactive latency is measured, alone and in the flood
 * @param work the one worker, and the interactive requests, at most 10 000 a second
 * @param reserve the share of the slots that batch leaves to others, 0 or more and below 1
 * @param warmUp load before anything counts
 */
public record FloodSettings(
    int batch, Duration time, SleepingWork work, double reserve, Duration warmUp) {

  public FloodSettings {
    require("batch", batch >= 1 && batch <= 10_000_000, "must be from 1 to 10000000");
    requireTime("seconds", time, Duration.ofSeconds(1));
    require("rate", work.perSecond() <= 10_000, "must be 10000 or less");
    require("reserve", reserve >= 0 && reserve < 1, "must be from 0 to less than 1");
    requireTime("warm-up", warmUp, Duration.ZERO);
  }
}
