package io.penstock.streams.control;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The compacted topics as far as they were read: routing, fleet and models. Of one thread. */
final class Tables {

  private static final Logger LOG = LoggerFactory.getLogger(Tables.class);

  private final Map<String, Long> versions = new HashMap<>();
  private RoutingState routing = RoutingState.EMPTY;
  private FleetView fleet = FleetView.EMPTY;
  private ModelCatalog models = ModelCatalog.EMPTY;

  void routing(String key, @Nullable RoutingEntry entry) {
    if (entry == null) {
      routing = routing.without(key);
      return;
    }
    versions.put(key, entry.getVersion());
    try {
      RoutingDocument document = RoutingCodec.read(entry);
      routing = routing.with(document);
    } catch (IllegalArgumentException unreadable) {
      LOG.warn("Ignoring the routing entry {}: {}", key, unreadable.getMessage());
    }
  }

  void fleet(String key, @Nullable FleetReport report) {
    fleet = report == null ? fleet.without(key) : fleet.with(report);
  }

  void model(String key, @Nullable ModelSpec model) {
    models = model == null ? models.without(key) : models.with(model);
  }

  RoutingState routing() {
    return routing;
  }

  FleetView fleet() {
    return fleet;
  }

  ModelCatalog models() {
    return models;
  }

  /** The version that the next change of an entry has. */
  long nextVersion(String key) {
    return versions.getOrDefault(key, 0L) + 1;
  }
}
