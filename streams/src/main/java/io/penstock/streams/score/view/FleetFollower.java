package io.penstock.streams.score.view;

import io.micrometer.core.instrument.Counter;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.text.Printable;
import io.penstock.streams.runtime.Snapshot;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The fleet topic as a view, kept up to date report by report. A report that cannot be used is
 * logged, counted and ignored.
 *
 * <p>Written by one thread, read by any.
 */
public final class FleetFollower {

  private static final Logger LOG = LoggerFactory.getLogger(FleetFollower.class);

  private final Counter rejected;
  private final Snapshot<FleetReport, FleetView> view = new Snapshot<>(FleetView::of);

  /**
   * @param rejected counts reports ignored
   */
  public FleetFollower(Counter rejected) {
    this.rejected = rejected;
  }

  public FleetView view() {
    return view.get();
  }

  /** Takes a record; null: the target is not known any more. */
  public void follow(String key, @Nullable FleetReport report) {
    if (report == null) {
      view.remove(key);
    } else if (!key.equals(FleetView.key(report))) {
      ignore(key, "its record's key differs from its partition and target");
    } else {
      view.put(key, report);
    }
  }

  /** Notes a report that is not to be used. */
  public void ignore(String key, String why) {
    rejected.increment();
    LOG.warn("Fleet report {} is ignored: {}", Printable.brief(key), Printable.brief(why));
  }
}
