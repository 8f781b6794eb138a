package io.penstock.broker.webhooks.delivery;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The deliveries that wait, and which of them starts next. Tenants take turns, and so do the
 * endpoints of a tenant, so that one whose receivers are slow delays nobody else. For use by one
 * thread.
 */
final class DeliveryQueue {

  /**
   * How many deliveries run at once.
   *
   * @param total in all
   * @param perTenant of one tenant
   * @param perHost to one host
   */
  record Limits(int total, int perTenant, int perHost) {}

  /**
   * A delivery that was started.
   *
   * @param host to which it counts while it runs
   */
  record Started(Delivery delivery, String host) {}

  private static final Comparator<Delivery> SOONEST_FIRST =
      Comparator.comparing(Delivery::dueAt).thenComparing(Delivery::id);

  private static final class Lanes {
    private final Map<String, TreeSet<Delivery>> waiting = new LinkedHashMap<>();
  }

  private final Limits limits;

  /** What waits, by tenant and endpoint; the one whose turn it is comes first. */
  private final Map<String, Lanes> tenants = new LinkedHashMap<>();

  private final Map<String, Delivery> byId = new HashMap<>();
  private final Map<String, Integer> runningByTenant = new HashMap<>();
  private final Map<String, Integer> runningByHost = new HashMap<>();
  private int running;

  DeliveryQueue(Limits limits) {
    this.limits = limits;
  }

  /** Adds a delivery, or replaces the one of its id that waits. */
  void add(Delivery delivery) {
    remove(delivery.id());
    byId.put(delivery.id(), delivery);
    tenants
        .computeIfAbsent(delivery.event().tenant(), _ -> new Lanes())
        .waiting
        .computeIfAbsent(delivery.endpoint(), _ -> new TreeSet<>(SOONEST_FIRST))
        .add(delivery);
  }

  /** Removes a delivery, if it waits. */
  void remove(String id) {
    Delivery delivery = byId.remove(id);
    if (delivery == null) {
      return;
    }
    Lanes lanes = tenants.get(delivery.event().tenant());
    TreeSet<Delivery> lane = lanes.waiting.get(delivery.endpoint());
    lane.remove(delivery);
    if (lane.isEmpty()) {
      lanes.waiting.remove(delivery.endpoint());
    }
    if (lanes.waiting.isEmpty()) {
      tenants.remove(delivery.event().tenant());
    }
  }

  /** How many wait. */
  int size() {
    return byId.size();
  }

  /**
   * Takes out the deliveries that start now, as many as the limits allow.
   *
   * @param hosts the host of an endpoint
   */
  List<Started> start(Instant now, Function<String, String> hosts) {
    List<Started> all = new ArrayList<>();
    for (Optional<Started> next = next(now, hosts); next.isPresent(); next = next(now, hosts)) {
      all.add(next.get());
    }
    return all;
  }

  private Optional<Started> next(Instant now, Function<String, String> hosts) {
    if (running >= limits.total) {
      return Optional.empty();
    }
    for (Map.Entry<String, Lanes> tenant : tenants.entrySet()) {
      if (runningByTenant.getOrDefault(tenant.getKey(), 0) >= limits.perTenant) {
        continue;
      }
      for (Map.Entry<String, TreeSet<Delivery>> lane : tenant.getValue().waiting.entrySet()) {
        Delivery first = lane.getValue().first();
        if (first.dueAt().isAfter(now)) {
          continue;
        }
        String host = hosts.apply(lane.getKey());
        if (runningByHost.getOrDefault(host, 0) < limits.perHost) {
          return Optional.of(started(first, host));
        }
      }
    }
    return Optional.empty();
  }

  private Started started(Delivery delivery, String host) {
    String tenant = delivery.event().tenant();
    remove(delivery.id());
    // Whose turn it was goes behind the others.
    Lanes lanes = tenants.remove(tenant);
    if (lanes != null) {
      TreeSet<Delivery> lane = lanes.waiting.remove(delivery.endpoint());
      if (lane != null) {
        lanes.waiting.put(delivery.endpoint(), lane);
      }
      tenants.put(tenant, lanes);
    }
    running++;
    runningByTenant.merge(tenant, 1, Integer::sum);
    runningByHost.merge(host, 1, Integer::sum);
    return new Started(delivery, host);
  }

  /** An attempt has ended, so that another may start. */
  void ended(Started started) {
    running--;
    runningByTenant.computeIfPresent(
        started.delivery.event().tenant(), (_, count) -> count == 1 ? null : count - 1);
    runningByHost.computeIfPresent(started.host, (_, count) -> count == 1 ? null : count - 1);
  }

  /** When the next delivery becomes due that is not due yet; what is due waits for a limit. */
  Optional<Instant> nextDue(Instant now) {
    return tenants.values().stream()
        .flatMap(lanes -> lanes.waiting.values().stream())
        .map(lane -> lane.first().dueAt())
        .filter(due -> due.isAfter(now))
        .min(Comparator.naturalOrder());
  }
}
