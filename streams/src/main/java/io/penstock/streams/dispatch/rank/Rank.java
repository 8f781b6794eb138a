package io.penstock.streams.dispatch.rank;

/**
 * The order in which candidates are served: lower goes first. Tiers come before costs.
 *
 * @param tier a whole number; candidates of a lower tier always go first
 * @param cost within a tier, in seconds; never NaN
 * @param rightOfWay whether a worker that lacks room for the candidate takes nothing else until it
 *     has room, so that smaller requests cannot overtake the candidate for ever. Such a rank stands
 *     before every rank without the right of way
 */
public record Rank(int tier, double cost, boolean rightOfWay) implements Comparable<Rank> {

  /** A rank without the right of way. */
  public Rank(int tier, double cost) {
    this(tier, cost, false);
  }

  @Override
  public int compareTo(Rank other) {
    int byTier = Integer.compare(tier, other.tier);
    return byTier != 0 ? byTier : Double.compare(cost, other.cost);
  }
}
