package io.penstock.compose.bench.protocol;

import java.util.SplittableRandom;

/** One part's own source of random numbers, so that what another draws changes nothing for it. */
final class Chance {

  private final SplittableRandom random;

  Chance(long seed, String name) {
    this.random = new SplittableRandom(mixed(mixed(seed) + name.hashCode()));
  }

  /** Neighbouring seeds must not give shifted copies of one sequence (Stafford's variant 13). */
  private static long mixed(long seed) {
    long z = (seed ^ (seed >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  boolean oneIn(int many) {
    return random.nextInt(many) == 0;
  }

  /** From 0 to below the bound. */
  int below(int bound) {
    return random.nextInt(bound);
  }

  /** Nanoseconds of a time within these milliseconds. */
  long millis(int least, int most) {
    return random.nextLong(least * 1_000_000L, most * 1_000_000L + 1);
  }

  /** Nanoseconds until the next of events that come by chance. */
  long exponential(double meanMillis) {
    return (long) (-Math.log1p(-random.nextDouble()) * meanMillis * 1e6);
  }
}
