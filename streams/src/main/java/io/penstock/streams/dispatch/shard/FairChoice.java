package io.penstock.streams.dispatch.shard;

import io.penstock.streams.dispatch.fairness.FairnessSettings;
import io.penstock.streams.dispatch.fairness.Leeway;
import io.penstock.streams.dispatch.index.HeadVisitor;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.Rank;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Chooses among the heads of one class that a worker was shown: the best tier first, in it the
 * least served tenants, among those the least cost. Those of tenants too far ahead are chosen only
 * if there is nobody else, see {@link FairnessSettings}. One thread uses an instance again and
 * again.
 */
final class FairChoice {

  private final List<Seen> seen = new ArrayList<>();
  private Leeway leeway = Leeway.UNLIMITED;
  private double held;
  private boolean othersLackRoom;
  private boolean roomReserved;

  /** A request that the worker could take. */
  record Seen(Candidate candidate, Rank rank, double served) {

    /** Returns what a rate limit turned away goes behind the others, whatever its cost. */
    boolean isBefore(Seen other) {
      return candidate.behind() == other.candidate.behind()
          ? rank.cost() < other.rank.cost()
          : other.candidate.behind();
    }

    /** Returns whether its tenant goes first for taking so little. */
    boolean light() {
      return HeadVisitor.isLight(served);
    }
  }

  /**
   * Begins with nothing seen.
   *
   * @param ofClass how far its tenants may be apart
   * @param least what the least served tenant that waits was served
   */
  void begin(Leeway ofClass, double least) {
    seen.clear();
    leeway = ofClass;
    held = least + leeway.bound();
    othersLackRoom = false;
    roomReserved = false;
  }

  void takeable(Candidate candidate, Rank rank, double served) {
    seen.add(new Seen(candidate, rank, served));
  }

  /** Notes a request for which the worker lacks room now: it will have some when it is idle. */
  void lacksRoom(Rank rank, double served) {
    if (served <= held) {
      othersLackRoom = true;
      roomReserved |= rank.rightOfWay();
    }
  }

  /** Returns whether a request with the right of way, which is not held back, lacks room. */
  boolean isRoomReserved() {
    return roomReserved;
  }

  /** The best of those seen, or null if there is none or the worker is to be left to empty. */
  @Nullable Seen best() {
    Seen best = best(Double.NEGATIVE_INFINITY, held);
    return best != null || othersLackRoom ? best : best(held, Double.POSITIVE_INFINITY);
  }

  /** The best of the tenants served more than the one and no more than the other. */
  private @Nullable Seen best(double above, double upTo) {
    int tier = Integer.MAX_VALUE;
    double least = Double.POSITIVE_INFINITY;
    for (Seen each : seen) {
      if (each.served() > above && each.served() <= upTo) {
        if (each.rank().tier() < tier) {
          tier = each.rank().tier();
          least = each.served();
        } else if (each.rank().tier() == tier) {
          least = Math.min(least, each.served());
        }
      }
    }
    Seen best = null;
    double tolerated = Math.min(upTo, least + leeway.tolerance());
    for (Seen each : seen) {
      if (each.rank().tier() == tier
          && each.served() > above
          && each.served() <= tolerated
          && (best == null || each.isBefore(best))) {
        best = each;
      }
    }
    return best;
  }
}
