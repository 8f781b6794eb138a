package io.penstock.workers.engine.simulated;

import java.util.SplittableRandom;

/** Decides, as each request is submitted, whether and when it fails. */
@FunctionalInterface
public interface Faults {

  /** The answer of {@link #failsAfter} for a request that does not fail. */
  int NEVER = Integer.MAX_VALUE;

  /** No fault: every request succeeds. */
  Faults NONE = (ordinal, outputTokens) -> NEVER;

  /**
   * After how many generated tokens the request fails; 0: when its prompt has been processed.
   *
   * @param ordinal the request's place among those submitted, from 0
   * @param outputTokens the tokens it asks for
   */
  int failsAfter(long ordinal, int outputTokens);

  /**
   * Each request fails with this probability, at a random place. The same seed gives the same
   * faults, whatever the order of the calls.
   *
   * @param probability 0 to 1
   */
  static Faults random(long seed, double probability) {
    if (!(probability >= 0 && probability <= 1)) {
      throw new IllegalArgumentException(
          "failure-probability must be between 0 and 1, but is " + probability);
    }
    return (ordinal, outputTokens) -> {
      var random = new SplittableRandom(seed + ordinal * 0x9E3779B97F4A7C15L);
      return random.nextDouble() < probability ? random.nextInt(outputTokens + 1) : NEVER;
    };
  }
}
