package io.penstock.compose.bench.faults.judge;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The times without a result while some requests waited, of one class. */
final class Gaps {

  private final List<Gap> gaps;

  /** One from a result, or the first request after none waited, to the next result. */
  private record Gap(long begin, long end) {

    long length() {
      return end - begin;
    }
  }

  private Gaps(List<Gap> gaps) {
    this.gaps = gaps;
  }

  /**
   * Finds them.
   *
   * @param accepted when each request was accepted
   * @param answered when each was answered, or {@link Ledger#NEVER}
   * @param end of the run: what waits then has waited until then
   */
  static Gaps of(long[] accepted, long[] answered, long end) {
    long[] arrivals = accepted.clone();
    long[] results = Arrays.stream(answered).filter(at -> at != Ledger.NEVER).sorted().toArray();
    Arrays.sort(arrivals);
    List<Gap> gaps = new ArrayList<>();
    int arrived = 0;
    int open = 0;
    long since = 0;
    for (long result : results) {
      while (arrived < arrivals.length && arrivals[arrived] <= result) {
        if (open++ == 0) {
          since = Math.max(since, arrivals[arrived]);
        }
        arrived++;
      }
      if (open > 0) {
        gaps.add(new Gap(since, result));
        open--;
      }
      since = result;
    }
    for (; arrived < arrivals.length; arrived++) {
      if (open++ == 0) {
        since = Math.max(since, arrivals[arrived]);
      }
    }
    if (open > 0 && end > since) {
      gaps.add(new Gap(since, end));
    }
    return new Gaps(gaps);
  }

  long longest() {
    return longest(Long.MIN_VALUE, Long.MAX_VALUE);
  }

  /** The longest of those that lie at least partly between these times. */
  long longest(long from, long to) {
    return gaps.stream()
        .filter(gap -> gap.end() > from && gap.begin() < to)
        .mapToLong(Gap::length)
        .max()
        .orElse(0);
  }
}
