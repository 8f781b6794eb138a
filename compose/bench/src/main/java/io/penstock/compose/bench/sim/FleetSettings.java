package io.penstock.compose.bench.sim;

import io.penstock.workers.engine.simulated.BatchingSettings;
import io.penstock.workers.engine.simulated.GpuProfile;
import java.time.Duration;

/**
 * The workers of a simulation and what lies between them and dispatch.
 *
 * @param profile the engine they all have
 * @param workers how many, 1 or more
 * @param slowShare what part of them takes twice as long, 0 to 1
 * @param delay how long a record takes between worker and dispatch, each way
 * @param engine how an engine schedules, its speed aside
 * @param gateTokens a worker asks for more while fewer prompt tokens than this are unprocessed
 * @param seed of all that is random in a policy
 * @param outage workers that die
 */
record FleetSettings(
    GpuProfile profile,
    int workers,
    double slowShare,
    Duration delay,
    BatchingSettings engine,
    int gateTokens,
    long seed,
    Outage outage) {

  private static final double SLOW = 0.5;

  FleetSettings {
    require(workers >= 1, "workers is %s; it must be 1 or more", workers);
    require(
        slowShare >= 0 && slowShare <= 1, "slow-share is %s; it must be from 0 to 1", slowShare);
    require(!delay.isNegative(), "delay is %s; it must be 0 or more", delay);
    require(
        outage.workers() <= workers,
        "fail-count is %s; it must be the number of workers or less",
        outage.workers());
    require(gateTokens >= 1, "gate is %s tokens; it must be 1 or more", gateTokens);
  }

  /** Nobody dies. */
  FleetSettings(
      GpuProfile profile,
      int workers,
      double slowShare,
      Duration delay,
      BatchingSettings engine,
      int gateTokens,
      long seed) {
    this(profile, workers, slowShare, delay, engine, gateTokens, seed, Outage.NONE);
  }

  FleetSettings withOutage(Outage newOutage) {
    return new FleetSettings(
        profile, workers, slowShare, delay, engine, gateTokens, seed, newOutage);
  }

  FleetSettings withDelay(Duration newDelay) {
    return new FleetSettings(
        profile, workers, slowShare, newDelay, engine, gateTokens, seed, outage);
  }

  FleetSettings withGateTokens(int tokens) {
    return new FleetSettings(profile, workers, slowShare, delay, engine, tokens, seed, outage);
  }

  FleetSettings withSeed(long newSeed) {
    return new FleetSettings(
        profile, workers, slowShare, delay, engine, gateTokens, newSeed, outage);
  }

  /** Returns how an engine schedules; the last ones are the slow ones. */
  BatchingSettings engine(int worker) {
    boolean slow = worker >= workers - Math.round(workers * slowShare);
    return slow ? engine.withSpeed(engine.speed() * SLOW) : engine;
  }

  private static void require(boolean condition, String message, Object value) {
    if (!condition) {
      throw new IllegalArgumentException(message.formatted(value));
    }
  }
}
