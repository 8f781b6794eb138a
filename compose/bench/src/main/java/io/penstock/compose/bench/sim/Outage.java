package io.penstock.compose.bench.sim;

import java.time.Duration;

/**
 * Workers that die in a simulation, without a word and with all they hold, and come back with an
 * empty engine.
 *
 * @param at when, from the first arrival on
 * @param workers how many; the first ones, which are never the slow ones unless all are
 * @param startUp how long each takes to come back
 */
public record Outage(Duration at, int workers, Duration startUp) {

  /** Nobody dies. */
  public static final Outage NONE = new Outage(Duration.ZERO, 0, Duration.ZERO);

  public Outage {
    require("fail-at", !at.isNegative());
    require("fail-count", workers >= 0);
    require("start-up", !startUp.isNegative());
  }

  private static void require(String option, boolean good) {
    if (!good) {
      throw new IllegalArgumentException(option + " is negative; it must be 0 or more");
    }
  }

  boolean happens() {
    return workers > 0;
  }
}
