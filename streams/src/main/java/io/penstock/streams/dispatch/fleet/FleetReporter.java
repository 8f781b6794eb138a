package io.penstock.streams.dispatch.fleet;

import io.penstock.schemas.ClassBacklog;
import io.penstock.schemas.FleetReport;
import io.penstock.schemas.TenantCommitment;
import io.penstock.schemas.fleet.FleetView;
import io.penstock.schemas.routing.RoutingState;
import io.penstock.schemas.routing.Target;
import io.penstock.streams.dispatch.health.TargetWatch;
import io.penstock.streams.dispatch.index.ClassCensus;
import io.penstock.streams.dispatch.index.WaitingIndex;
import io.penstock.streams.dispatch.session.Sessions;
import io.penstock.streams.dispatch.session.TargetCapacity;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Reports a shard's targets to the others. Costs a look at each class of each target once a second,
 * however much waits. An instance belongs to one thread.
 */
public final class FleetReporter {

  private static final Duration GONE_AFTER = Duration.ofHours(1);

  private final int partition;
  private final WaitingIndex index;
  private final Sessions sessions;
  private final Commitments commitments;
  private final BiConsumer<String, @Nullable FleetReport> writer;
  private final ReportSchedule schedule = ReportSchedule.DEFAULT;
  private final Map<Target, FleetReport> written = new HashMap<>();

  /** When a target was last looked at in vain, so that it is not looked at again at each tick. */
  private final Map<Target, Instant> looked = new HashMap<>();

  /** Targets whose report is removed, but may still be seen in the fleet view for a moment. */
  private final Set<Target> removed = new HashSet<>();

  private FleetView seen = FleetView.EMPTY;

  /**
   * @param writer told the key and the report, null for a target that is known no longer
   */
  public FleetReporter(
      int partition,
      WaitingIndex index,
      Sessions sessions,
      Commitments commitments,
      BiConsumer<String, @Nullable FleetReport> writer) {
    this.partition = partition;
    this.index = index;
    this.sessions = sessions;
    this.commitments = commitments;
    this.writer = writer;
  }

  /**
   * The targets of which an earlier owner of this partition left reports. They are to be watched:
   * then a report of what there is now takes the place of the earlier owner's last word, and in
   * time it is removed. Otherwise what that owner had committed would count against budgets for
   * ever. Reports of partitions that are gone have no owner: the first partition's removes them.
   */
  public Set<Target> inherited(FleetView fleet, int partitions, Instant now) {
    if (fleet == seen) {
      return Set.of();
    }
    seen = fleet;
    if (partition == 0) {
      removeOfGone(fleet, partitions, now);
    }
    Set<Target> reported = new HashSet<>();
    for (Target target : fleet.targets()) {
      if (fleet.report(partition, target).isPresent()) {
        reported.add(target);
      }
    }
    removed.retainAll(reported);
    reported.removeAll(written.keySet());
    reported.removeAll(removed);
    return reported;
  }

  /** A live shard says anew what it has: while partitions are being added, its report is recent. */
  private void removeOfGone(FleetView fleet, int partitions, Instant now) {
    for (FleetReport report : fleet.reports()) {
      if (report.getPartition() >= partitions
          && report.getSentAt().isBefore(now.minus(GONE_AFTER))) {
        writer.accept(FleetView.key(report), null);
      }
    }
  }

  /**
   * Writes the reports that are due.
   *
   * @param asked the targets that somebody waits for news of
   */
  public void tick(
      Collection<TargetWatch> watches, Set<Target> asked, RoutingState routing, Instant now) {
    Map<Target, List<ClassBacklog>> backlog = null;
    for (TargetWatch watch : watches) {
      Target target = watch.target();
      FleetReport last = written.get(target);
      if (!mayBeDue(target, last, watch, now)) {
        continue;
      }
      looked.put(target, now);
      if (backlog == null) {
        backlog = backlog();
      }
      List<ClassBacklog> waiting = backlog.getOrDefault(target, List.of());
      List<TenantCommitment> cost = commitments.of(target, routing);
      Instant sent = last == null ? now : last.getSentAt();
      boolean isAsked = asked.contains(target);
      if (schedule.due(last, report(watch, waiting, cost, now, sent), isAsked, now)) {
        FleetReport next = report(watch, waiting, cost, now, now);
        written.put(target, next);
        removed.remove(target);
        writer.accept(FleetView.key(next), next);
      }
    }
  }

  /** A target is known no longer. */
  public void forget(TargetWatch watch) {
    Target target = watch.target();
    looked.remove(target);
    FleetReport last = written.remove(target);
    if (last != null) {
      removed.add(target);
      writer.accept(FleetView.key(last), null);
    }
  }

  private boolean mayBeDue(
      Target target, @Nullable FleetReport last, TargetWatch watch, Instant now) {
    if (last != null && last.getHealth() != watch.health()) {
      return true;
    }
    Instant at = looked.get(target);
    return at == null || !now.isBefore(at.plus(schedule.busy()));
  }

  private Map<Target, List<ClassBacklog>> backlog() {
    Map<Target, List<ClassBacklog>> backlog = new HashMap<>();
    index.census(
        census ->
            backlog
                .computeIfAbsent(census.target(), any -> new ArrayList<>(3))
                .add(backlog(census)));
    return backlog;
  }

  private static ClassBacklog backlog(ClassCensus census) {
    return new ClassBacklog(
        census.serviceClass(),
        (long) census.soon(),
        census.promptTokens(),
        census.outputTokens(),
        census.offered() == 0
            ? null
            : Instant.EPOCH.plus(census.oldestAcceptedAt(), ChronoUnit.MICROS),
        (long) census.deferred());
  }

  private FleetReport report(
      TargetWatch watch,
      List<ClassBacklog> backlog,
      List<TenantCommitment> committed,
      Instant now,
      Instant sentAt) {
    Target target = watch.target();
    TargetCapacity capacity = sessions.capacity(target);
    return FleetReport.newBuilder()
        .setPartition(partition)
        .setModel(target.model())
        .setVariant(target.variant())
        .setHealth(watch.health())
        .setReason(watch.reason().isEmpty() ? null : watch.reason())
        .setHealthSince(watch.healthSince())
        .setWorkers(capacity.workers())
        .setSlots(capacity.slots())
        .setLeased(Math.max(0, watch.leased()))
        .setPrefillTokensPerSecond(orNull(capacity.observedPrefill()))
        .setDecodeTokensPerSecond(orNull(capacity.observedDecode()))
        .setBacklog(backlog)
        .setSucceeded(watch.succeeded())
        .setFailed(watch.failed())
        .setErrorRate(orNull(watch.errorRate(now)))
        .setFirstTokenMillis(orNull(watch.firstTokenMillis(now)))
        .setServiceMillis(orNull(watch.serviceMillis(now)))
        .setStartedAt(watch.startedAt())
        .setSentAt(sentAt)
        .setCommitted(committed)
        .build();
  }

  private static @Nullable Double orNull(OptionalDouble value) {
    return value.isPresent() ? (Double) value.getAsDouble() : null;
  }
}
