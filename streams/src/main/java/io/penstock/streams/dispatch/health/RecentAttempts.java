package io.penstock.streams.dispatch.health;

import java.time.Duration;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Attempts of the last while, counted in slices of it, so that it takes constant memory: at any
 * moment it covers between nine tenths of the window and all of it. An instance belongs to one
 * thread.
 */
final class RecentAttempts {

  private static final int SLICES = 10;

  private final long sliceMicros;
  private final int[] good = new int[SLICES];
  private final int[] bad = new int[SLICES];
  private final int[] firstTokens = new int[SLICES];
  private final double[] firstTokenMillis = new double[SLICES];
  private final int[] services = new int[SLICES];
  private final double[] serviceMillis = new double[SLICES];
  private long slice;

  RecentAttempts(Duration window) {
    this.sliceMicros = Math.max(1, window.toNanos() / 1000 / SLICES);
  }

  void count(boolean failed, long nowMicros) {
    int at = at(nowMicros);
    if (failed) {
      bad[at]++;
    } else {
      good[at]++;
    }
  }

  void firstToken(double millis, long nowMicros) {
    int at = at(nowMicros);
    firstTokens[at]++;
    firstTokenMillis[at] += millis;
  }

  void service(double millis, long nowMicros) {
    int at = at(nowMicros);
    services[at]++;
    serviceMillis[at] += millis;
  }

  /** Forgets all attempts' success, as after an outage, and keeps their times. */
  void forgetErrors() {
    Arrays.fill(good, 0);
    Arrays.fill(bad, 0);
  }

  int samples(long nowMicros) {
    at(nowMicros);
    return sum(good) + sum(bad);
  }

  /** The share that failed; empty below so many attempts. */
  OptionalDouble errorRate(int minSamples, long nowMicros) {
    int samples = samples(nowMicros);
    return samples < Math.max(1, minSamples)
        ? OptionalDouble.empty()
        : OptionalDouble.of((double) sum(bad) / samples);
  }

  OptionalDouble meanFirstToken(int minSamples, long nowMicros) {
    at(nowMicros);
    return mean(firstTokenMillis, firstTokens, minSamples);
  }

  OptionalDouble meanService(long nowMicros) {
    at(nowMicros);
    return mean(serviceMillis, services, 1);
  }

  private static OptionalDouble mean(double[] sums, int[] counts, int least) {
    int count = sum(counts);
    return count < Math.max(1, least)
        ? OptionalDouble.empty()
        : OptionalDouble.of(Arrays.stream(sums).sum() / count);
  }

  /** The place of the current slice, once what has left the window is forgotten. */
  private int at(long nowMicros) {
    long current = nowMicros / sliceMicros;
    for (long passed = 0; slice < current && passed < SLICES; passed++) {
      slice++;
      clear((int) (slice % SLICES));
    }
    slice = Math.max(slice, current);
    return (int) (slice % SLICES);
  }

  private void clear(int at) {
    good[at] = 0;
    bad[at] = 0;
    firstTokens[at] = 0;
    firstTokenMillis[at] = 0;
    services[at] = 0;
    serviceMillis[at] = 0;
  }

  private static int sum(int[] counts) {
    int sum = 0;
    for (int count : counts) {
      sum += count;
    }
    return sum;
  }
}
