package io.penstock.compose.bench.real;

import io.penstock.compose.bench.sim.FleetBenchSettings;
import java.time.Duration;

/**
 * The settings of a real run.
 *
 * @param fleet the trace, the workers and the seed, as in the simulation
 * @param minutes of arrivals, at the load, that are sent: above 0, at most 60
 * @param scale of time
 */
public record RealFleetSettings(FleetBenchSettings fleet, double minutes, TimeScale scale) {

  public static final double DEFAULT_MINUTES = 3;

  /** Real time: what the parts between take then counts no more than it does for a user. */
  public static final double DEFAULT_SPEED_UP = 1;

  private static final int MOST_WORKERS = 64;

  public RealFleetSettings {
    if (!(minutes > 0 && minutes <= 60)) {
      throw new IllegalArgumentException(
          "minutes is %s; it must be above 0 and at most 60".formatted(minutes));
    }
    if (fleet.workers() > MOST_WORKERS) {
      throw new IllegalArgumentException(
          "workers is %d; with --mode real it must be %d or less"
              .formatted(fleet.workers(), MOST_WORKERS));
    }
  }

  Duration length() {
    return Duration.ofNanos(Math.round(minutes * 60e9));
  }
}
