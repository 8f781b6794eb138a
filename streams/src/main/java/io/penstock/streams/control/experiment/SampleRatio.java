package io.penstock.streams.control.experiment;

/**
 * Tells whether units are split as the weights say: Pearson's chi-squared test, its tail by the
 * cube-root approximation of Wilson and Hilferty (1931), which is exact enough to warn by.
 */
final class SampleRatio {

  private SampleRatio() {}

  /** The probability of a split at least so uneven; 1 without units. */
  static double probability(long[] units, int[] weights) {
    long total = 0;
    long totalWeight = 0;
    for (int i = 0; i < units.length; i++) {
      total += units[i];
      totalWeight += weights[i];
    }
    if (total == 0) {
      return 1;
    }
    double chiSquared = 0;
    for (int i = 0; i < units.length; i++) {
      double expected = (double) total * weights[i] / totalWeight;
      chiSquared += (units[i] - expected) * (units[i] - expected) / expected;
    }
    int freedom = units.length - 1;
    if (freedom == 1) {
      return 2 * upperTail(Math.sqrt(chiSquared));
    }
    double spread = 2.0 / (9 * freedom);
    return upperTail((Math.cbrt(chiSquared / freedom) - (1 - spread)) / Math.sqrt(spread));
  }

  /** The standard normal distribution: Abramowitz and Stegun 26.2.17, error below 7.5e-8. */
  private static double upperTail(double z) {
    if (z < 0) {
      return 1 - upperTail(-z);
    }
    double t = 1 / (1 + 0.2316419 * z);
    double polynomial =
        t
            * (0.319381530
                + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
    return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) * polynomial;
  }
}
