package io.penstock.streams.control;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.text.Printable;
import io.penstock.streams.runtime.Snapshot;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The compacted topics as far as they were read: routing, fleet and models. An instance belongs to
 * one thread.
 */
final class Tables {

  private static final Logger LOG = LoggerFactory.getLogger(Tables.class);

  private final Map<String, Long> versions = new HashMap<>();
  private final Snapshot<RoutingDocument, RoutingState> routing = new Snapshot<>(RoutingState::of);
  private final Snapshot<FleetReport, FleetView> fleet = new Snapshot<>(FleetView::of);
  private ModelCatalog models = ModelCatalog.EMPTY;

  void routing(String key, @Nullable RoutingEntry entry) {
    if (entry == null) {
      routing.remove(key);
      return;
    }
    versions.put(key, entry.getVersion());
    try {
      routing.put(key, RoutingCodec.read(key, entry));
    } catch (IllegalArgumentException unreadable) {
      LOG.warn(
          "Ignoring the routing entry {}: {}",
          Printable.of(key),
          Printable.of(String.valueOf(unreadable.getMessage())));
    }
  }

  void fleet(String key, @Nullable FleetReport report) {
    if (report == null) {
      fleet.remove(key);
    } else {
      fleet.put(key, report);
    }
  }

  void model(String key, @Nullable ModelSpec model) {
    models = model == null ? models.without(key) : models.with(model);
  }

  RoutingState routing() {
    return routing.get();
  }

  FleetView fleet() {
    return fleet.get();
  }

  ModelCatalog models() {
    return models;
  }

  /** The version that the next change of an entry has. */
  long nextVersion(String key) {
    return versions.getOrDefault(key, 0L) + 1;
  }
}
