package io.penstock.streams.dispatch.fleet;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * When a target is reported. A pure function: at once when its health changes, else every {@code
 * busy} while anything changes, else every {@code quiet} while it has workers or backlog, is not
 * healthy or is asked about, so that its report stays fresh.
 *
 * @param busy positive
 * @param quiet no shorter than {@code busy}, and well below {@link FleetView#FRESH}
 */
record ReportSchedule(Duration busy, Duration quiet) {

  static final ReportSchedule DEFAULT =
      new ReportSchedule(Duration.ofSeconds(1), Duration.ofSeconds(5));

  ReportSchedule {
    if (!busy.isPositive() || quiet.compareTo(busy) < 0) {
      throw new IllegalArgumentException("busy must be positive, and quiet no shorter");
    }
    if (quiet.multipliedBy(3).dividedBy(2).compareTo(FleetView.FRESH) > 0) {
      throw new IllegalArgumentException(
          "quiet is %s; reports are believed for %s only".formatted(quiet, FleetView.FRESH));
    }
  }

  /**
   * Returns whether a report is to be written.
   *
   * @param last the one written last, or null
   * @param next what it would say, with the time of the last: so that the two are equal if nothing
   *     changed
   * @param asked whether somebody waits for news of it, also that there is nothing
   */
  boolean due(@Nullable FleetReport last, FleetReport next, boolean asked, Instant now) {
    if (last == null || last.getHealth() != next.getHealth()) {
      return true;
    }
    Duration since = Duration.between(last.getSentAt(), now);
    if (since.compareTo(quiet) >= 0) {
      return asked || isOfUse(next) || !last.equals(next);
    }
    return since.compareTo(busy) >= 0 && !last.equals(next);
  }

  private static boolean isOfUse(FleetReport report) {
    return report.getWorkers() > 0
        || report.getLeased() > 0
        || !report.getBacklog().isEmpty()
        || report.getHealth() != TargetHealth.HEALTHY;
  }
}
