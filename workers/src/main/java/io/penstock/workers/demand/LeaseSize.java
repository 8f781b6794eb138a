package io.penstock.workers.demand;

/** The mean size of recent leases in tokens, which predicts the size of the next. */
public record LeaseSize(double promptTokens, double kvTokens) {

  public static final LeaseSize UNKNOWN = new LeaseSize(0, 0);

  private static final double NEWEST = 0.1;

  /** The mean after one more lease. */
  public LeaseSize with(long prompt, long kv) {
    if (equals(UNKNOWN)) {
      return new LeaseSize(prompt, kv);
    }
    return new LeaseSize(
        promptTokens + NEWEST * (prompt - promptTokens), kvTokens + NEWEST * (kv - kvTokens));
  }
}
