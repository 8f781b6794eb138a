package io.penstock.streams.dispatch.health;

import java.util.Arrays;

/**
 * Good and bad attempts of the last while, counted in slices of it, so that it takes constant
 * memory: at any moment it covers between nine tenths of the window and all of it. An instance
 * belongs to one thread.
 */
final class Tally {

  private static final int SLICES = 10;

  private final long sliceMicros;
  private final int[] good = new int[SLICES];
  private final int[] bad = new int[SLICES];
  private long slice;

  Tally(long windowMicros) {
    this.sliceMicros = Math.max(1, windowMicros / SLICES);
  }

  void count(boolean failed, long nowMicros) {
    pass(nowMicros);
    int at = (int) (slice % SLICES);
    if (failed) {
      bad[at]++;
    } else {
      good[at]++;
    }
  }

  int samples(long nowMicros) {
    pass(nowMicros);
    return Arrays.stream(good).sum() + Arrays.stream(bad).sum();
  }

  int failed(long nowMicros) {
    pass(nowMicros);
    return Arrays.stream(bad).sum();
  }

  private void pass(long nowMicros) {
    long current = nowMicros / sliceMicros;
    for (long passed = 0; slice < current && passed < SLICES; passed++) {
      slice++;
      good[(int) (slice % SLICES)] = 0;
      bad[(int) (slice % SLICES)] = 0;
    }
    slice = Math.max(slice, current);
  }
}
