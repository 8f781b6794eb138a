package io.penstock.compose.bench;

import java.util.Arrays;
import java.util.Collection;
import java.util.Locale;

/**
 * Repeats of one measurement.
 *
 * @param median the middle one, or the mean of the two in the middle
 * @param least the smallest
 * @param most the largest
 * @param count how many there were, 1 or more
 */
public record Spread(double median, double least, double most, int count) {

  /** Returns the spread of these repeats, at least one. */
  public static Spread of(double... repeats) {
    if (repeats.length == 0) {
      throw new IllegalArgumentException("there is no spread of no repeats");
    }
    double[] sorted = repeats.clone();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Spread(median, sorted[0], sorted[sorted.length - 1], sorted.length);
  }

  /** Returns the spread of these repeats, at least one. */
  public static Spread of(Collection<Double> repeats) {
    return of(repeats.stream().mapToDouble(Double::doubleValue).toArray());
  }

  /** {@code 12.3..14.5}, for a column beside the median. */
  public String range() {
    return String.format(Locale.ROOT, "%.1f..%.1f", least, most);
  }
}
