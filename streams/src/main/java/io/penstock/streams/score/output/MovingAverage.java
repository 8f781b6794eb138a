package io.penstock.streams.score.output;

/**
 * A mean in which each new value makes the older ones count for less.
 *
 * @param mean the weighted mean, 0 while nothing was seen
 * @param weight how many recent values stand behind it
 */
record MovingAverage(double mean, double weight) {

  static final MovingAverage NONE = new MovingAverage(0, 0);

  /**
   * @param decay what an older value keeps of its weight, above 0 and below 1; the weight tends to
   *     1 / (1 - decay)
   */
  MovingAverage with(double value, double decay) {
    double total = weight * decay + 1;
    return new MovingAverage(mean + (value - mean) / total, total);
  }

  /** The mean drawn towards a prior that counts for {@code strength} values. */
  double shrunkTo(double prior, double strength) {
    return (mean * weight + prior * strength) / (weight + strength);
  }
}
