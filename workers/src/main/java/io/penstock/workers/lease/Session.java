package io.penstock.workers.lease;

import io.penstock.workers.demand.PartitionDemand;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The time during which dispatch sees one unbroken worker. This class is not thread-safe; its owner
 * holds a lock.
 */
final class Session {

  private final String id;
  private final Instant startedAt;
  private final TreeMap<Integer, PartitionDemand> partitions = new TreeMap<>();
  private long sequence;
  private int turn;
  private @Nullable Instant acknowledgedAt;
  private @Nullable Instant gapSince;

  Session(String id, Instant startedAt) {
    this.id = id;
    this.startedAt = startedAt;
  }

  String id() {
    return id;
  }

  Instant startedAt() {
    return startedAt;
  }

  long nextSequence() {
    return ++sequence;
  }

  int turn() {
    return turn;
  }

  void takeTurn() {
    turn++;
  }

  Collection<PartitionDemand> partitions() {
    return partitions.values();
  }

  @Nullable PartitionDemand partition(int partition) {
    return partitions.get(partition);
  }

  /** Takes the models by partition. A partition that is no longer served stays, without models. */
  void serve(Map<Integer, Set<String>> models) {
    models.keySet().forEach(p -> partitions.computeIfAbsent(p, PartitionDemand::new));
    partitions.forEach((p, demand) -> demand.serve(models.getOrDefault(p, Set.of())));
  }

  void acknowledged(Instant now) {
    acknowledgedAt = now;
  }

  Optional<Instant> acknowledgedAt() {
    return Optional.ofNullable(acknowledgedAt);
  }

  /** Returns why leases of this session may be lost, if they may: nothing was heard for so long. */
  Optional<RenewalReason> lost(Instant now, Duration timeout) {
    if (acknowledgedAt != null && acknowledgedAt.plus(timeout).isBefore(now)) {
      return Optional.of(RenewalReason.HEARTBEATS_LOST);
    }
    Instant gap = gapSince(now);
    if (gap != null && gap.plus(timeout).isBefore(now)) {
      return Optional.of(RenewalReason.LEASE_MISSED);
    }
    return Optional.empty();
  }

  /** Since when a lease before one received is missing; null if none is. */
  private @Nullable Instant gapSince(Instant now) {
    if (partitions.values().stream().noneMatch(demand -> demand.window().hasGap())) {
      gapSince = null;
    } else if (gapSince == null) {
      gapSince = now;
    }
    return gapSince;
  }
}
