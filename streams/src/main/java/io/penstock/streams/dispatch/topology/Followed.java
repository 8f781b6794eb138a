package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingState;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What every shard of the process reads in full: the fleet's reports and the routing state. Written
 * by the thread that follows the topics, read by any.
 */
final class Followed {

  private final Map<String, FleetReport> reports = new ConcurrentHashMap<>();
  private volatile boolean changed;
  private volatile FleetView fleet = FleetView.EMPTY;
  private volatile RoutingState routing = RoutingState.EMPTY;

  void report(String key, @Nullable FleetReport report) {
    if (report == null) {
      reports.remove(key);
    } else {
      reports.put(key, report);
    }
    changed = true;
  }

  /**
   * @throws IllegalArgumentException if the entry's document is wrong
   */
  void entry(String key, @Nullable RoutingEntry entry) {
    routing = entry == null ? routing.without(key) : routing.with(RoutingCodec.read(entry));
  }

  /** All reports. They come by the dozen: the view is made when it is asked for. */
  FleetView fleet() {
    if (changed) {
      synchronized (this) {
        changed = false;
        fleet = FleetView.of(reports.values());
      }
    }
    return fleet;
  }

  RoutingState routing() {
    return routing;
  }
}
