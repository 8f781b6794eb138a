package io.penstock.streams.score.complexity.features;

import java.util.Arrays;

/**
 * Counts how often each bucket occurs in one prompt. Clearing takes time in proportion to what was
 * counted.
 */
final class BucketCounts {

  private final int[] counts = new int[Ngrams.BUCKETS];
  private int[] touched = new int[1024];
  private int size;

  void clear() {
    for (int i = 0; i < size; i++) {
      counts[touched[i]] = 0;
    }
    size = 0;
  }

  void add(int bucket) {
    if (counts[bucket]++ == 0) {
      if (size == touched.length) {
        touched = Arrays.copyOf(touched, 2 * size);
      }
      touched[size++] = bucket;
    }
  }

  /** Returns how many different buckets occur. */
  int size() {
    return size;
  }

  /** The i-th bucket in order of first occurrence. */
  int bucket(int i) {
    return touched[i];
  }

  int count(int bucket) {
    return counts[bucket];
  }
}
