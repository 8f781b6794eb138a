package io.penstock.broker.prediction;

import io.penstock.schemas.ModelSpec;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.fleet.TargetStatus;
import io.penstock.schemas.models.ModelCatalog;
import io.penstock.schemas.routing.Target;
import java.time.Instant;
import java.util.Optional;

/** How many more requests of a model could start at once. */
public final class FreeSlots {

  private FreeSlots() {}

  /**
   * The free slots of workers, less what waits for them already. 0 if nothing fresh is known.
   * Variants of a model may share workers, so it is what the one with the most has.
   *
   * @param model the name or alias asked for
   */
  public static int of(String model, ModelCatalog models, FleetView fleet, Instant now) {
    Optional<ModelSpec> spec = models.resolve(model);
    if (spec.isEmpty()) {
      return 0;
    }
    // A worker counts in each partition that the model has.
    int partitions = Math.max(1, spec.get().getPartitions().size());
    return WaitEstimate.targets(spec.get())
        .flatMap((Target target) -> fleet.status(target, now).stream())
        .filter(status -> status.health() == TargetHealth.HEALTHY)
        .mapToInt(status -> free(status, partitions))
        .max()
        .orElse(0);
  }

  private static int free(TargetStatus status, int partitions) {
    long waiting =
        status.backlog().values().stream().mapToLong(TargetStatus.Backlog::requests).sum();
    long free = status.slots() / partitions - status.leased() - waiting;
    return (int) Math.max(0, free);
  }
}
