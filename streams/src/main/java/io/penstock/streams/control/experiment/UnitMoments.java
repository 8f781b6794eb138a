package io.penstock.streams.control.experiment;

/**
 * The mean of a metric over requests that come in units, such as all requests of a tenant, with its
 * variance by the delta method (Deng, Knoblich and Lu, "Applying the Delta Method in Metric
 * Analytics", KDD 2018): requests of a unit are not independent, units are.
 *
 * <pre>
 * R      = sum of S / sum of N,   S the unit's sum of the metric, N its count
 * Z      = (S - R N) / mean N
 * Var(R) = Var(Z) / units
 * </pre>
 *
 * <p>With units of one request this is the usual mean and its variance. This class is not
 * thread-safe.
 */
final class UnitMoments {

  private final boolean share;
  private long units;
  private double sum;
  private double count;
  private double sumSquared;
  private double sumTimesCount;
  private double countSquared;

  /**
   * @param share whether each value is 0 or 1. Its variance then never falls below that of a share
   *     with one more of either, since as long as nothing failed the sample's own variance is 0
   */
  UnitMoments(boolean share) {
    this.share = share;
  }

  /** Adds a unit of one value. */
  void add(double value) {
    change(0, 0, value, 1);
  }

  /** Puts a unit's new sum and count in place of the old ones; an old count of 0 is a new unit. */
  void change(double oldSum, double oldCount, double newSum, double newCount) {
    if (oldCount == 0) {
      units++;
    }
    sum += newSum - oldSum;
    count += newCount - oldCount;
    sumSquared += newSum * newSum - oldSum * oldSum;
    sumTimesCount += newSum * newCount - oldSum * oldCount;
    countSquared += newCount * newCount - oldCount * oldCount;
  }

  long units() {
    return units;
  }

  /** Returns how many values, over all units. */
  long values() {
    return Math.round(count);
  }

  double mean() {
    return count == 0 ? 0 : sum / count;
  }

  /** The variance of the mean; 0 with fewer than two units. */
  double varianceOfMean() {
    if (units < 2) {
      return 0;
    }
    double mean = mean();
    double size = count / units;
    double ofUnits =
        (sumSquared - 2 * mean * sumTimesCount + mean * mean * countSquared)
            / (units - 1)
            / (size * size);
    double least = 0;
    if (share) {
      double smoothed = (sum + 1) / (count + 2);
      least = smoothed * (1 - smoothed) / size;
    }
    return Math.max(ofUnits, least) / units;
  }
}
