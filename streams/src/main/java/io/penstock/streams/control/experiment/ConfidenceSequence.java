package io.penstock.streams.control.experiment;

/**
 * Intervals that hold at all times at once, so that they may be looked at after every result and
 * acted upon: the asymptotic confidence sequence of Waudby-Smith, Arbour, Sinha, Kennedy and Ramdas
 * ("Time-uniform central limit theory and asymptotic confidence sequences", 2021, theorem 2.2),
 *
 * <pre>
 * radius = s sqrt( 2 (t r² + 1) / (t² r²) ln( sqrt(t r² + 1) / alpha ) )
 * r²     = ( -2 ln alpha + ln(-2 ln alpha) + 1 ) / t*
 * </pre>
 *
 * <p>with {@code t} units, {@code s²} the variance of one, and the interval narrowest, for its
 * level, near {@code t*} units. For a difference of two means {@code t} counts the units of both
 * and {@code s² / t} is the variance of the difference, as for the estimator of an average effect
 * of treatment in the paper's section on randomised experiments. It holds for large {@code t}, so
 * nothing is decided before an arm has its least number of results.
 *
 * @param alpha how often it may be wrong, ever, from 0 to 1
 * @param narrowestAt {@code t*}, 1 or more
 */
record ConfidenceSequence(double alpha, double narrowestAt) {

  ConfidenceSequence {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha is %s; give 0 to 1".formatted(alpha));
    }
    if (!(narrowestAt >= 1)) {
      throw new IllegalArgumentException(
          "narrowestAt is %s; give 1 or more".formatted(narrowestAt));
    }
  }

  /** Half the interval's width, given the estimate's variance at this number of units. */
  double radius(long units, double varianceOfEstimate) {
    if (units < 2) {
      return Double.POSITIVE_INFINITY;
    }
    double log = -2 * Math.log(alpha);
    double rhoSquared = (log + Math.log(log) + 1) / narrowestAt;
    double scaled = units * rhoSquared + 1;
    return Math.sqrt(
        varianceOfEstimate
            * 2
            * scaled
            / (units * rhoSquared)
            * Math.log(Math.sqrt(scaled) / alpha));
  }
}
