package io.penstock.streams.dispatch.rank;

/**
 * How soon a candidate is to be served: lower goes first. Tiers come before costs.
 *
 * @param tier a whole number; candidates of a lower tier always go first
 * @param cost within a tier, in seconds
 */
public record Rank(int tier, double cost) implements Comparable<Rank> {

  @Override
  public int compareTo(Rank other) {
    int byTier = Integer.compare(tier, other.tier);
    return byTier != 0 ? byTier : Double.compare(cost, other.cost);
  }
}
