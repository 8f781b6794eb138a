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
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The compacted topics as far as they were read: routing, fleet and models. Of one thread. */
final class Tables {

  private static final Logger LOG = LoggerFactory.getLogger(Tables.class);

  private final Map<String, Long> versions = new HashMap<>();
  private final Map<String, RoutingDocument> documents = new LinkedHashMap<>();
  private final Map<String, FleetReport> reports = new HashMap<>();

  /** Made when they are asked for: topics have many more records than entries. */
  private @Nullable RoutingState routing;

  private @Nullable FleetView fleet;
  private ModelCatalog models = ModelCatalog.EMPTY;

  void routing(String key, @Nullable RoutingEntry entry) {
    if (entry == null) {
      documents.remove(key);
      routing = null;
      return;
    }
    versions.put(key, entry.getVersion());
    try {
      documents.put(key, RoutingCodec.read(entry));
      routing = null;
    } catch (IllegalArgumentException unreadable) {
      LOG.warn("Ignoring the routing entry {}: {}", key, unreadable.getMessage());
    }
  }

  void fleet(String key, @Nullable FleetReport report) {
    if (report == null) {
      reports.remove(key);
    } else {
      reports.put(key, report);
    }
    fleet = null;
  }

  void model(String key, @Nullable ModelSpec model) {
    models = model == null ? models.without(key) : models.with(model);
  }

  RoutingState routing() {
    RoutingState known = routing;
    if (known == null) {
      known = RoutingState.of(documents.values());
      routing = known;
    }
    return known;
  }

  FleetView fleet() {
    FleetView known = fleet;
    if (known == null) {
      known = FleetView.of(reports.values());
      fleet = known;
    }
    return known;
  }

  ModelCatalog models() {
    return models;
  }

  /** The version that the next change of an entry has. */
  long nextVersion(String key) {
    return versions.getOrDefault(key, 0L) + 1;
  }
}
