package io.penstock.streams.dispatch.index;

import io.penstock.streams.dispatch.fairness.TenantShares;
import io.penstock.streams.dispatch.rank.Candidate;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * The requests of one tenant in one class: a bucket for each size, with late requests apart.
 * Requests that a rate limit turned away stand at the end of each bucket.
 */
final class TenantQueue {

  private static final Comparator<Candidate> BY_OBJECTIVE =
      Comparator.comparing(Candidate::behind)
          .thenComparingLong(Candidate::firstTokenBy)
          .thenComparing(Candidate::key);
  private static final Comparator<Candidate> BY_AGE =
      Comparator.comparing(Candidate::behind)
          .thenComparingLong(Candidate::acceptedAt)
          .thenComparing(Candidate::key);

  /** Tells whether the objective for the first token has passed. */
  enum Hope {
    HOPEFUL,
    LATE;

    Comparator<Candidate> order() {
      return switch (this) {
        case HOPEFUL -> BY_OBJECTIVE;
        case LATE -> BY_AGE;
      };
    }
  }

  private final String tenant;
  private final TenantShares shares;
  private final @Nullable TenantBucket[] hopeful = new TenantBucket[Sizes.COUNT];
  private final @Nullable TenantBucket[] late = new TenantBucket[Sizes.COUNT];
  private int hopefulCount;
  private int lateCount;
  private double served;

  TenantQueue(String tenant, TenantShares shares) {
    this.tenant = tenant;
    this.shares = shares;
  }

  String tenant() {
    return tenant;
  }

  /** Returns what the tenant was served, in weighted tokens. */
  double served() {
    return served;
  }

  /** Returns what it is shown as: see {@link HeadVisitor}. */
  double standing() {
    return shares.isLight(tenant) ? HeadVisitor.LIGHT : served;
  }

  /** Changes the key of the queue, which must not stand in an order by it meanwhile. */
  void setServed(double newServed) {
    served = newServed;
  }

  TenantBucket bucket(Hope hope, int size) {
    @Nullable TenantBucket[] buckets = buckets(hope);
    if (buckets[size] == null) {
      buckets[size] = TenantBucket.of(this, hope.order());
    }
    return buckets[size];
  }

  /** The bucket, or null if it has never been used. */
  @Nullable TenantBucket existing(Hope hope, int size) {
    return buckets(hope)[size];
  }

  void count(Hope hope, int change) {
    switch (hope) {
      case HOPEFUL -> hopefulCount += change;
      case LATE -> lateCount += change;
    }
  }

  boolean has(Hope hope) {
    return switch (hope) {
      case HOPEFUL -> hopefulCount > 0;
      case LATE -> lateCount > 0;
    };
  }

  boolean isEmpty() {
    return hopefulCount == 0 && lateCount == 0;
  }

  private @Nullable TenantBucket[] buckets(Hope hope) {
    return switch (hope) {
      case HOPEFUL -> hopeful;
      case LATE -> late;
    };
  }
}
