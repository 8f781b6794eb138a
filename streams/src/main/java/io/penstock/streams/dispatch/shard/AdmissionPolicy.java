package io.penstock.streams.dispatch.shard;

import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.ids.RequestKey;
import io.penstock.schemas.routing.Degradation;
import io.penstock.schemas.routing.DegradationLadder;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.schemas.routing.TenantPolicy;
import io.penstock.streams.dispatch.fairness.TenantAccounts;
import io.penstock.streams.dispatch.health.TargetBook;
import io.penstock.streams.dispatch.rank.Candidate;
import io.penstock.streams.dispatch.rank.WorkerView;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Holds back requests although a worker would take them: those of unhealthy targets, batch work of
 * models whose overload defers it, and what would take slots that are set aside for others. An
 * instance belongs to one thread.
 */
final class AdmissionPolicy {

  private final TargetBook book;
  private final TenantAccounts accounts;
  private final SlotReserve reserve;
  private final long memoryMicros;
  private final Map<String, Long> lastInteractive = new HashMap<>();
  private final Map<String, Long> lastLight = new HashMap<>();
  private Set<String> deferred = Set.of();
  private RoutingState known = RoutingState.EMPTY;

  AdmissionPolicy(TargetBook book, TenantAccounts accounts, SlotReserve reserve) {
    this.book = book;
    this.accounts = accounts;
    this.reserve = reserve;
    this.memoryMicros = reserve.memory().toNanos() / 1000;
  }

  /** Takes over which models defer batch, and which tenants have a policy. */
  void update(RoutingState routing) {
    if (!routing.equals(known)) {
      known = routing;
      accounts.name(
          routing
              .all(TenantPolicy.class)
              .map(TenantPolicy::name)
              .filter(name -> !name.equals(TenantPolicy.EVERYONE))
              .collect(Collectors.toUnmodifiableSet()));
      deferred =
          routing
              .all(Degradation.class)
              .filter(degradation -> degradation.has(DegradationLadder.Action.DEFER_BATCH))
              .map(Degradation::name)
              .collect(Collectors.toUnmodifiableSet());
    }
  }

  /** Returns whether requests of this target may be granted. */
  boolean admits(Target target) {
    return book.admits(target);
  }

  /**
   * Returns whether requests of this target are granted one at a time, to see whether it serves.
   */
  boolean isProbing(Target target) {
    return book.isProbing(target);
  }

  /**
   * Returns whether a request may show whether its target serves: none that failed, or its tenant's
   * did.
   */
  boolean isGoodProbe(Candidate candidate) {
    return !candidate.failedBefore()
        && !RequestKey.tenant(candidate.key()).equals(book.failedProber(candidate.target()));
  }

  /**
   * Takes note of a grant, which tells what comes.
   *
   * @param light whether its tenant goes first for taking so little
   */
  void granted(String model, ServiceClass serviceClass, boolean light, long nowMicros) {
    if (serviceClass == ServiceClass.INTERACTIVE) {
      lastInteractive.put(model, nowMicros);
      if (light) {
        lastLight.put(model, nowMicros);
      }
    }
  }

  /** Whose requests of a class a worker may be given. */
  enum Admission {
    ALL,
    LIGHT_TENANTS,
    NONE;

    /** Returns whether a request may be given. */
    boolean admits(boolean light) {
      return switch (this) {
        case ALL -> true;
        case LIGHT_TENANTS -> light;
        case NONE -> false;
      };
    }
  }

  /** Returns which requests of this class and model this worker may be given now. */
  Admission admission(ServiceClass serviceClass, String model, WorkerView worker, long nowMicros) {
    boolean leftToLight =
        reaches(reserve.lightOf(worker.slots()), worker) && isExpected(lastLight, model, nowMicros);
    return switch (serviceClass) {
      case INTERACTIVE -> leftToLight ? Admission.LIGHT_TENANTS : Admission.ALL;
      case STANDARD -> leftToLight ? Admission.NONE : Admission.ALL;
      case BATCH -> {
        boolean left =
            reaches(reserve.of(worker.slots()), worker)
                && isExpected(lastInteractive, model, nowMicros);
        yield left || deferred.contains(model) ? Admission.NONE : Admission.ALL;
      }
    };
  }

  /** Returns whether another lease would take one of so many slots set aside. */
  private static boolean reaches(int setAside, WorkerView worker) {
    return setAside > 0 && worker.slots() - worker.running() <= setAside;
  }

  private boolean isExpected(Map<String, Long> last, String model, long nowMicros) {
    Long at = last.get(model);
    return at != null && nowMicros - at <= memoryMicros;
  }
}
