package io.penstock.compose.bench.sim;

import java.time.Duration;

/**
 * The objective of a class.
 *
 * @param firstTokenNanos the longest from arrival to the first token
 * @param perTokenNanos the longest mean time of each further token
 */
record Objective(long firstTokenNanos, long perTokenNanos) {

  static Objective firstTokenWithin(Duration duration) {
    return new Objective(duration.toNanos(), Long.MAX_VALUE);
  }

  static Objective of(Duration firstToken, Duration perToken) {
    return new Objective(firstToken.toNanos(), perToken.toNanos());
  }
}
