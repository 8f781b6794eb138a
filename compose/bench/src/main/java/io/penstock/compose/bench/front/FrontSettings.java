package io.penstock.compose.bench.front;

import static io.penstock.compose.bench.OptionRule.require;
import static io.penstock.compose.bench.OptionRule.requireTime;

import java.time.Duration;
import java.util.List;

/**
 * What {@code bench front} does.
 *
 * @param rates calls per second to measure latency at, each above 0
 * @param round how long a round at a rate is; a round has at least {@link #LEAST_CALLS} calls
 * @param repeats rounds at each rate, through the front and direct in turns, 1 or more
 * @param warmUp calls before anything counts
 * @param tokens chunks of a streamed answer, 1 or more
 * @param gap between two chunks, zero or more
 * @param linger of the worker that makes chunks wait for others
 * @param kills how often an instance is killed; 0: not at all
 */
public record FrontSettings(
    List<Double> rates,
    Duration round,
    int repeats,
    Duration warmUp,
    int tokens,
    Duration gap,
    Duration linger,
    int kills) {

  /** At a low rate a round of a few seconds would have no percentiles. */
  static final int LEAST_CALLS = 20;

  public FrontSettings {
    rates = List.copyOf(rates);
    require(
        "rates",
        !rates.isEmpty() && rates.stream().allMatch(rate -> rate > 0 && rate <= 10_000),
        "are %s; each must be above 0 and at most 10000".formatted(rates));
    requireTime("seconds", round, Duration.ofSeconds(1));
    require("repeats", repeats >= 1 && repeats <= 100, "must be from 1 to 100");
    requireTime("warm-up", warmUp, Duration.ZERO);
    require("tokens", tokens >= 1 && tokens <= 10_000, "must be from 1 to 10000");
    require(
        "gap-millis",
        !gap.isNegative() && gap.compareTo(Duration.ofSeconds(1)) <= 0,
        "must be from 0 to 1000");
    require(
        "linger-millis",
        linger.isPositive() && linger.compareTo(Duration.ofSeconds(1)) <= 0,
        "must be from 1 to 1000");
    require("kills", kills >= 0 && kills <= 100, "must be from 0 to 100");
  }

  /** How long a round at a rate is. */
  Duration round(double rate) {
    Duration enough = Duration.ofMillis(Math.round(LEAST_CALLS * 1e3 / rate));
    return enough.compareTo(round) > 0 ? enough : round;
  }

  /** The rate that the top of the JSON quotes: 50 if it is measured, else the middle one. */
  double headline() {
    return rates.contains(50.0) ? 50.0 : rates.stream().sorted().toList().get(rates.size() / 2);
  }
}
