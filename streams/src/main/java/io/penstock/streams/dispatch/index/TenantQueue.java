package io.penstock.streams.dispatch.index;

import io.penstock.streams.dispatch.fairness.TenantShares;
import io.penstock.streams.dispatch.rank.Candidate;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * What waits for one tenant in one class: a line for each size, those that are late apart. At the
 * end of each line stand those that a rate limit turned away.
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

  /** Whether the objective for the first token has passed. */
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
  private final @Nullable Line[] hopeful = new Line[Sizes.COUNT];
  private final @Nullable Line[] late = new Line[Sizes.COUNT];
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

  /** What the tenant was served, in weighted tokens. */
  double served() {
    return served;
  }

  /** What it is shown as: see {@link HeadVisitor}. */
  double standing() {
    return shares.isLight(tenant) ? HeadVisitor.LIGHT : served;
  }

  /** Only while it stands in no order by it. */
  void setServed(double newServed) {
    served = newServed;
  }

  Line line(Hope hope, int size) {
    @Nullable Line[] lines = lines(hope);
    if (lines[size] == null) {
      lines[size] = Line.of(this, hope.order());
    }
    return lines[size];
  }

  /** The line, or null if it has never been used. */
  @Nullable Line existing(Hope hope, int size) {
    return lines(hope)[size];
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

  private @Nullable Line[] lines(Hope hope) {
    return switch (hope) {
      case HOPEFUL -> hopeful;
      case LATE -> late;
    };
  }
}
