package io.penstock.compose.bench.overhead;

import static io.penstock.compose.bench.OptionRule.require;
import static io.penstock.compose.bench.OptionRule.requireTime;

import java.time.Duration;
import java.util.List;

/**
 * The settings of {@code bench overhead}.
 *
 * @param rates requests per second to measure latency at, each above 0
 * @param round how long a round at a rate is
 * @param repeats rounds at each rate, Penstock and plain in turns, 1 or more
 * @param warmUp closed-loop load before anything counts; a cold JVM is several times slower for 40
 *     s, and compiles for about 100
 * @param exactlyOnce the guarantee of score and dispatch
 * @param throughput how long each closed loop is measured; zero: not at all
 * @param inFlight requests in flight in the closed loops
 * @param workers workers in the closed loop
 * @param slots each worker's slots
 */
public record OverheadSettings(
    List<Double> rates,
    Duration round,
    int repeats,
    Duration warmUp,
    boolean exactlyOnce,
    Duration throughput,
    int inFlight,
    int workers,
    int slots) {

  public OverheadSettings {
    rates = List.copyOf(rates);
    require(
        "rates",
        !rates.isEmpty() && rates.stream().allMatch(rate -> rate > 0 && rate <= 100_000),
        "are %s; each must be above 0 and at most 100000".formatted(rates));
    requireTime("seconds", round, Duration.ofSeconds(1));
    require("repeats", repeats >= 1 && repeats <= 100, "must be from 1 to 100");
    requireTime("warm-up", warmUp, Duration.ZERO);
    requireTime("throughput-seconds", throughput, Duration.ZERO);
    require("in-flight", inFlight >= 1 && inFlight <= 1_000_000, "must be from 1 to 1000000");
    require("workers", workers >= 1 && workers <= 100, "must be from 1 to 100");
    require("slots", slots >= 1 && slots <= 10_000, "must be from 1 to 10000");
  }

  /** The rate that the top of the JSON quotes: 200 if it is measured, else the middle one. */
  public double headline() {
    return rates.contains(200.0) ? 200.0 : rates.stream().sorted().toList().get(rates.size() / 2);
  }

  /** About how long it takes, in seconds, start-up aside. */
  public double expectedSeconds() {
    return warmUp.toMillis() / 1e3
        + rates.size() * repeats * 2 * (round.toMillis() / 1e3 + 0.5)
        + 2 * throughput.toMillis() / 1e3;
  }
}
