package io.penstock.schemas.fleet;

import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.ServiceClass;
import io.penstock.schemas.TargetHealth;
import io.penstock.schemas.TenantCommitment;
import io.penstock.schemas.routing.Target;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/**
 * The fleet topic at one moment: what dispatch knows of workers and backlog, added up over
 * partitions. Instances are immutable, and a lookup takes constant time.
 */
public final class FleetView {

  public static final FleetView EMPTY = new FleetView(Map.of());

  /** A report older than this says nothing any more. */
  public static final Duration FRESH = Duration.ofSeconds(10);

  private final Map<String, FleetReport> reports;
  private final Map<Target, List<FleetReport>> byTarget = new HashMap<>();
  private final Map<String, Double> committed = new HashMap<>();

  private FleetView(Map<String, FleetReport> reports) {
    this.reports = Collections.unmodifiableMap(reports);
    reports
        .values()
        .forEach(
            report ->
                byTarget
                    .computeIfAbsent(TargetStatus.target(report), target -> new ArrayList<>(1))
                    .add(report));
    reports.values().forEach(report -> report.getCommitted().forEach(this::commit));
  }

  /** A cost that is no amount is left out: with it, no sum would ever reach a budget. */
  private void commit(TenantCommitment commitment) {
    double cost = commitment.getCost();
    if (cost > 0 && Double.isFinite(cost)) {
      committed.merge(commitment.getTenant(), cost, Double::sum);
    }
  }

  /** The record key of a report. */
  public static String key(FleetReport report) {
    return key(report.getPartition(), TargetStatus.target(report));
  }

  private static String key(int partition, Target target) {
    return partition + "/" + target;
  }

  public static FleetView of(Collection<FleetReport> reports) {
    Map<String, FleetReport> byKey = new HashMap<>();
    reports.forEach(report -> byKey.put(key(report), report));
    return new FleetView(byKey);
  }

  public FleetView with(FleetReport report) {
    Map<String, FleetReport> next = new HashMap<>(reports);
    next.put(key(report), report);
    return new FleetView(next);
  }

  /** This view without the report of this record key. */
  public FleetView without(String key) {
    if (!reports.containsKey(key)) {
      return this;
    }
    Map<String, FleetReport> next = new HashMap<>(reports);
    next.remove(key);
    return new FleetView(next);
  }

  /** The last report of each partition and target, fresh or not. */
  public Collection<FleetReport> reports() {
    return reports.values();
  }

  /** All targets of which there are reports, fresh or not. */
  public Collection<Target> targets() {
    return Collections.unmodifiableSet(byTarget.keySet());
  }

  /** Returns what is known of a target; empty if there is no fresh report of it. */
  public Optional<TargetStatus> status(Target target, Instant now) {
    List<FleetReport> fresh =
        byTarget.getOrDefault(target, List.of()).stream()
            .filter(report -> report.getSentAt().isAfter(now.minus(FRESH)))
            .toList();
    return fresh.isEmpty() ? Optional.empty() : Optional.of(sum(target, fresh));
  }

  /** The last report of a target by one partition, fresh or not. */
  public Optional<FleetReport> report(int partition, Target target) {
    return Optional.ofNullable(reports.get(key(partition, target)));
  }

  /**
   * Returns what a tenant's requests that wait or run are predicted to cost, as dispatch last said.
   * Reports count here whatever their age: of a shard that is silent, its requests are still there.
   */
  public double committed(String tenant) {
    return committed.getOrDefault(tenant, 0.0);
  }

  /** {@link #committed(String)} by tenant, for those with anything. */
  public Map<String, Double> committed() {
    return Collections.unmodifiableMap(committed);
  }

  private static TargetStatus sum(Target target, List<FleetReport> reports) {
    FleetReport best = best(reports);
    Map<ServiceClass, TargetStatus.Backlog> backlog = new EnumMap<>(ServiceClass.class);
    int workers = 0;
    int slots = 0;
    int leased = 0;
    long succeeded = 0;
    long failed = 0;
    for (FleetReport report : reports) {
      for (ClassBacklog each : report.getBacklog()) {
        backlog.merge(
            each.getServiceClass(),
            new TargetStatus.Backlog(
                each.getRequests(),
                each.getPromptTokens(),
                each.getOutputTokens(),
                each.getDeferred()),
            TargetStatus.Backlog::plus);
      }
      workers += report.getWorkers();
      slots += report.getSlots();
      leased += report.getLeased();
      succeeded += report.getSucceeded();
      failed += report.getFailed();
    }
    return new TargetStatus(
        target,
        best.getHealth(),
        best.getReason().orElse(""),
        workers,
        slots,
        leased,
        reports.stream().mapToDouble(r -> r.getPrefillTokensPerSecond().orElse(0.0)).sum(),
        mean(reports, r -> r.getDecodeTokensPerSecond().orElse(Double.NaN)).orElse(0),
        backlog,
        succeeded,
        failed,
        mean(reports, r -> r.getErrorRate().orElse(Double.NaN)),
        mean(reports, r -> r.getFirstTokenMillis().orElse(Double.NaN)),
        mean(reports, r -> r.getServiceMillis().orElse(Double.NaN)));
  }

  /** A target serves if it does so anywhere. */
  private static FleetReport best(List<FleetReport> reports) {
    for (TargetHealth health : List.of(TargetHealth.HEALTHY, TargetHealth.PROBING)) {
      for (FleetReport report : reports) {
        if (report.getHealth() == health) {
          return report;
        }
      }
    }
    return reports.getFirst();
  }

  private static OptionalDouble mean(List<FleetReport> reports, ToDoubleFunction<FleetReport> of) {
    return reports.stream().mapToDouble(of).filter(Double::isFinite).average();
  }
}
