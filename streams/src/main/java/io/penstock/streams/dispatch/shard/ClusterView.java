package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.RoutingState;
import java.util.function.Supplier;

/**
 * The facts that a shard may use beside its own records.
 *
 * @param partitions the number of model partitions, 1 or more
 * @param fleet what all shards report of their targets, as of a second ago
 * @param routing the routing policy and its state
 * @param models the model registry; empty: nothing is known of it
 */
public record ClusterView(
    int partitions,
    Supplier<FleetView> fleet,
    Supplier<RoutingState> routing,
    Supplier<ModelCatalog> models) {

  /** A shard by itself. */
  public static final ClusterView NONE =
      new ClusterView(1, () -> FleetView.EMPTY, () -> RoutingState.EMPTY);

  /** A view that knows nothing of the model registry. */
  public ClusterView(int partitions, Supplier<FleetView> fleet, Supplier<RoutingState> routing) {
    this(partitions, fleet, routing, () -> ModelCatalog.EMPTY);
  }

  public ClusterView {
    if (partitions < 1) {
      throw new IllegalArgumentException(
          "partitions is %d; it must be 1 or more".formatted(partitions));
    }
  }
}
