package io.penstock.streams.control.rollout;

import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Watches whether a variant has drained. It has when every partition has said for a while, without
 * a gap, that nothing of it waits or runs there: a partition that is silent may hold some of it.
 * Clocks of other hosts are not looked at: a report is new when it differs from the one before, so
 * what was written before the watch began says nothing. This class is not thread-safe.
 */
public final class DrainWatch {

  /**
   * How long nothing has to be there: longer than what takes a request from one partition, or from
   * scoring, to the next, so that none is overlooked on its way.
   */
  public static final Duration STABLE = Duration.ofSeconds(15);

  private final Shard[] shards;

  /** The last report of one partition. */
  private static final class Shard {
    private @Nullable Instant sentAt;
    private @Nullable Instant heardAt;
    private @Nullable Instant nothingSince;
    private long waiting;
    private long leased;

    void hear(FleetReport report, Instant now) {
      boolean first = sentAt == null;
      if (report.getSentAt().equals(sentAt)) {
        return;
      }
      sentAt = report.getSentAt();
      waiting =
          report.getBacklog().stream()
              .mapToLong((ClassBacklog each) -> each.getRequests() + each.getDeferred())
              .sum();
      leased = report.getLeased();
      heardAt = first ? null : now;
    }

    boolean isKnown(Instant now) {
      return heardAt != null && now.isBefore(heardAt.plus(FleetView.FRESH));
    }

    /** Returns whether it has said so for long enough: first and last by a report each. */
    boolean hasDrained(Instant now) {
      if (!isKnown(now) || waiting + leased > 0) {
        nothingSince = null;
        return false;
      }
      if (nothingSince == null) {
        nothingSince = heardAt;
      }
      return !heardAt.isBefore(nothingSince.plus(STABLE));
    }
  }

  /**
   * @param partitions the number of model partitions: a variant's requests may be in any, since
   *     models change partitions and requests are moved
   */
  public DrainWatch(int partitions) {
    shards = new Shard[partitions];
    for (int partition = 0; partition < partitions; partition++) {
      shards[partition] = new Shard();
    }
  }

  /** Takes what the fleet says, and says what it comes to. */
  public Drain look(FleetView fleet, Target target, Instant now) {
    long waiting = 0;
    long leased = 0;
    int silent = 0;
    boolean drained = true;
    for (int partition = 0; partition < shards.length; partition++) {
      Shard shard = shards[partition];
      Optional<FleetReport> report = fleet.report(partition, target);
      if (report.isPresent()) {
        shard.hear(report.get(), now);
      }
      waiting += shard.waiting;
      leased += shard.leased;
      silent += shard.isKnown(now) ? 0 : 1;
      drained &= shard.hasDrained(now);
    }
    return new Drain(drained, waiting, leased, silent);
  }
}
