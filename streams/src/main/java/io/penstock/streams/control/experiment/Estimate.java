package io.penstock.streams.control.experiment;

/**
 * A figure with an interval that holds at all times at once.
 *
 * @param value the estimate
 * @param low the interval's lower end, may be without bound
 * @param high its upper end
 */
public record Estimate(double value, double low, double high) {

  static Estimate around(double value, double radius) {
    return new Estimate(value, value - radius, value + radius);
  }

  /** Returns whether it is established that the figure is above 0. */
  public boolean positive() {
    return low > 0;
  }

  /** Returns whether it is established that the figure is below 0. */
  public boolean negative() {
    return high < 0;
  }
}
