package io.penstock.streams.dispatch.topology;

import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.RoutingEntry;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.RoutingCodec;
import io.penstock.schemas.routing.RoutingDocument;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.streams.runtime.Snapshot;
import org.jspecify.annotations.Nullable;

/**
 * The topics that every shard of the process reads in full: the fleet's reports, the routing state
 * and the model registry. The thread that follows the topics writes it; any thread may read it.
 */
final class Followed {

  private final Snapshot<FleetReport, FleetView> fleet = new Snapshot<>(FleetView::of);
  private final Snapshot<RoutingDocument, RoutingState> routing = new Snapshot<>(RoutingState::of);
  private final Snapshot<ModelSpec, ModelCatalog> models = new Snapshot<>(ModelCatalog::following);

  void report(String key, @Nullable FleetReport report) {
    if (report == null) {
      fleet.remove(key);
    } else {
      fleet.put(key, report);
    }
  }

  /**
   * @throws IllegalArgumentException if the entry's document or its key is wrong
   */
  void entry(String key, @Nullable RoutingEntry entry) {
    if (entry == null) {
      routing.remove(key);
    } else {
      routing.put(key, RoutingCodec.read(key, entry));
    }
  }

  void model(String key, @Nullable ModelSpec model) {
    if (model == null) {
      models.remove(key);
    } else {
      models.put(key, model);
    }
  }

  ModelCatalog models() {
    return models.get();
  }

  FleetView fleet() {
    return fleet.get();
  }

  RoutingState routing() {
    return routing.get();
  }
}
