package io.penstock.compose.bench.batches;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** When a batch said it would be done, to be held against when it was. Not thread-safe. */
final class Promises {

  private record Promise(Instant at, Instant completion) {}

  private final List<Promise> all = new ArrayList<>();

  void add(Instant at, Instant completion) {
    all.add(new Promise(at, completion));
  }

  int count() {
    return all.size();
  }

  /**
   * How far a share of the promises was off at most, as a share of the time that was left; NaN if
   * there were none.
   *
   * @param share 0 to 1; a half gives the median
   * @param end when the batch was done
   */
  double error(double share, Instant end) {
    List<Double> errors = new ArrayList<>();
    for (Promise each : all) {
      double left = Duration.between(each.at(), end).toNanos();
      // The promise has whole seconds, which say nothing close to the end.
      if (left >= Duration.ofSeconds(2).toNanos()) {
        errors.add(Math.abs(Duration.between(each.completion(), end).toNanos()) / left);
      }
    }
    if (errors.isEmpty()) {
      return Double.NaN;
    }
    Collections.sort(errors);
    return errors.get(Math.clamp((int) Math.ceil(share * errors.size()) - 1, 0, errors.size() - 1));
  }
}
