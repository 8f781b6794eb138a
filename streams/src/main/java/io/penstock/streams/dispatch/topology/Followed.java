package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
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
  private final Map<String, RoutingDocument> documents = new ConcurrentHashMap<>();
  private volatile boolean documentsChanged;
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
    if (entry == null) {
      documents.remove(key);
    } else {
      documents.put(key, RoutingCodec.read(entry));
    }
    documentsChanged = true;
  }

  /** All reports. They come by the dozen: views are made when they are asked for. */
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
    if (documentsChanged) {
      synchronized (this) {
        documentsChanged = false;
        routing = RoutingState.of(documents.values());
      }
    }
    return routing;
  }
}
