package io.penstock.streams.dispatch.fleet;

import io.penstock.schemas.DispatchEntry;
import io.penstock.schemas.ScoredFacts;
import io.penstock.schemas.TenantCommitment;
import io.penstock.schemas.models.PredictedCost;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.routing.TenantPolicy;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Sums up the predicted cost of the requests of one shard that wait or run, by target and tenant. A
 * request without a price costs nothing and takes no memory. An instance belongs to one thread.
 */
public final class Commitments {

  /** Tenants reported for one target. */
  static final int MOST_TENANTS = 100;

  private static final Comparator<TenantCommitment> GREATEST_FIRST =
      Comparator.comparingDouble(TenantCommitment::getCost)
          .reversed()
          .thenComparing(TenantCommitment::getTenant);

  private final Map<Target, Map<String, Sum>> byTarget = new HashMap<>();

  /** Counts its requests, so that nothing is left of roundings when the last is gone. */
  private static final class Sum {
    private int requests;
    private double cost;
  }

  /**
   * A request changed.
   *
   * @param before as it waited or ran; null: it did not
   * @param after as it waits or runs now; null: it does not any more
   */
  public void changed(@Nullable DispatchEntry before, @Nullable DispatchEntry after) {
    if (before != null && after != null && isSame(before.getFacts(), after.getFacts())) {
      return;
    }
    if (before != null) {
      count(before, -1);
    }
    if (after != null) {
      count(after, 1);
    }
  }

  /**
   * Returns whether both count the same: so it is at nearly every change but the first and the
   * last.
   */
  private static boolean isSame(ScoredFacts before, ScoredFacts after) {
    return PredictedCost.of(before) == PredictedCost.of(after)
        && before.getTenant().equals(after.getTenant())
        && before.getChoice().getModel().equals(after.getChoice().getModel())
        && before.getChoice().getVariant().equals(after.getChoice().getVariant());
  }

  private void count(DispatchEntry entry, int sign) {
    double cost = PredictedCost.of(entry.getFacts());
    if (!(cost > 0)) {
      return;
    }
    Target target = Target.of(entry.getFacts().getChoice());
    String tenant = entry.getFacts().getTenant();
    Map<String, Sum> tenants = byTarget.computeIfAbsent(target, any -> new HashMap<>());
    Sum sum = tenants.computeIfAbsent(tenant, any -> new Sum());
    sum.requests += sign;
    sum.cost += sign * cost;
    if (sum.requests == 0) {
      tenants.remove(tenant);
      if (tenants.isEmpty()) {
        byTarget.remove(target);
      }
    }
  }

  /** Returns what tenants with budgets have committed to a target, the greatest first. */
  List<TenantCommitment> of(Target target, RoutingState routing) {
    Map<String, Sum> tenants = byTarget.getOrDefault(target, Map.of());
    List<TenantCommitment> committed = new ArrayList<>(0);
    tenants.forEach(
        (tenant, sum) -> {
          if (!routing.tenant(tenant).map(TenantPolicy::budgets).orElse(List.of()).isEmpty()) {
            committed.add(new TenantCommitment(tenant, Math.max(0, sum.cost)));
          }
        });
    committed.sort(GREATEST_FIRST);
    return List.copyOf(committed.subList(0, Math.min(MOST_TENANTS, committed.size())));
  }
}
