package io.penstock.streams.dispatch.fairness;

/**
 * Limits how far tenants of one class may be apart, in weighted tokens.
 *
 * @param tolerance within which the rank decides freely, 0 or more; infinite: there is no order
 *     among tenants
 * @param bound by which a tenant may be ahead at the most, {@code tolerance} or more
 */
public record Leeway(double tolerance, double bound) {

  /** Tenants are not told apart. */
  public static final Leeway UNLIMITED =
      new Leeway(Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY);

  public Leeway {
    if (!(tolerance >= 0)) {
      throw new IllegalArgumentException(
          "tolerance is %s; it must be 0 or more".formatted(tolerance));
    }
    if (!(bound >= tolerance)) {
      throw new IllegalArgumentException(
          "bound is %s; it must be the tolerance, %s, or more".formatted(bound, tolerance));
    }
  }

  /** Returns whether there is an order among tenants. */
  public boolean ordersTenants() {
    return tolerance < Double.POSITIVE_INFINITY;
  }
}
