package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.streams.runtime.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * What every shard of the process reads in full: the fleet's reports and the routing state. Written
 * by the thread that follows the topics, read by any.
 */
final class Followed {

  private final Snapshot<FleetReport, FleetView> fleet = new Snapshot<>(FleetView::of);
  private final Snapshot<RoutingDocument, RoutingState> routing = new Snapshot<>(RoutingState::of);

  void report(String key, @Nullable FleetReport report) {
    if (report == null) {
      fleet.remove(key);
    } else {
      fleet.put(key, report);
    }
  }

  /**
   * @throws IllegalArgumentException if the entry's document is wrong
   */
  void entry(String key, @Nullable RoutingEntry entry) {
    if (entry == null) {
      routing.remove(key);
    } else {
      routing.put(key, RoutingCodec.read(entry));
    }
  }

  FleetView fleet() {
    return fleet.get();
  }

  RoutingState routing() {
    return routing.get();
  }
}
