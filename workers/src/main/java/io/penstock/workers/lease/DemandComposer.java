package io.penstock.workers.lease;

import io.penstock.schemas.WorkerDemand;
import io.penstock.schemas.WorkerState;
import io.penstock.workers.capacity.Capacity;
import io.penstock.workers.capacity.EnginePause;
import io.penstock.workers.capacity.Holdings;
import io.penstock.workers.demand.DemandBudget;
import io.penstock.workers.demand.LeaseSize;
import io.penstock.workers.demand.PartitionDemand;
import io.penstock.workers.demand.WindowAllocation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/** Opens a session's windows as far as capacity allows and writes the demands. The caller locks. */
record DemandComposer(WorkerIdentity identity) {

  /** The facts that demands state besides windows and budgets. */
  record Facts(
      WorkerState state,
      Capacity capacity,
      Holdings holdings,
      LeaseSize meanLease,
      OptionalDouble prefillTokensPerSecond,
      OptionalDouble decodeTokensPerSecond,
      long queuedPrefillTokens,
      EnginePause.Admission admission) {

    EnginePause.Admission.@Nullable Paused paused() {
      return admission instanceof EnginePause.Admission.Paused paused ? paused : null;
    }
  }

  /** Opens windows, and returns the demands that tell dispatch something new, or all of them. */
  List<AddressedDemand> compose(Session session, Facts facts, boolean all, Instant now) {
    if (facts.state() == WorkerState.ACTIVE) {
      openWindows(session, facts.capacity());
    }
    List<AddressedDemand> demands = new ArrayList<>();
    int left = facts.capacity().leases();
    boolean shrunk = open(session.partitions()) > left;
    for (PartitionDemand partition : session.partitions()) {
      WorkerState state = partition.served() ? facts.state() : retired(facts.state());
      DemandBudget budget = budget(session, partition, facts, shrunk, left);
      if (shrunk && partition.window().open() > 0 && left > 0) {
        left--;
      }
      Instant pausedUntil = facts.paused() == null ? null : facts.paused().until();
      if (all || partition.isNews(state, budget.prefillTokens(), budget.kvTokens(), pausedUntil)) {
        partition.tell(state, budget.prefillTokens(), budget.kvTokens(), pausedUntil);
        demands.add(
            new AddressedDemand(
                partition.partition(), demand(session, partition, state, facts, budget, now)));
      }
    }
    return demands;
  }

  private void openWindows(Session session, Capacity capacity) {
    List<WindowAllocation.Share> shares = new ArrayList<>();
    for (PartitionDemand partition : session.partitions()) {
      if (partition.served()) {
        shares.add(
            new WindowAllocation.Share(
                partition.partition(),
                partition.window().open(),
                partition.held(),
                partition.appetite()));
      }
    }
    Map<Integer, Integer> grants =
        WindowAllocation.spread(capacity.leases(), identity.slots(), shares, session.turn());
    for (PartitionDemand partition : session.partitions()) {
      Integer leases = grants.get(partition.partition());
      if (leases != null) {
        partition.window().open(leases);
      }
    }
    if (!grants.isEmpty()) {
      session.takeTurn();
    }
  }

  /**
   * If the windows ask for more than there is room for now, each gets one lease while room lasts.
   */
  private static DemandBudget budget(
      Session session, PartitionDemand partition, Facts facts, boolean shrunk, int left) {
    if (!partition.served()
        || facts.state() != WorkerState.ACTIVE
        || facts.capacity().leases() == 0
        || (shrunk && left == 0)) {
      return DemandBudget.CLOSED;
    }
    int elsewhere = open(session.partitions()) - partition.window().open();
    DemandBudget part = DemandBudget.part(facts.capacity(), elsewhere, facts.meanLease());
    return shrunk ? part.forOneLease() : part;
  }

  /** A partition that the worker no longer serves takes nothing until the session ends. */
  private static WorkerState retired(WorkerState state) {
    return state == WorkerState.ACTIVE ? WorkerState.DRAINING : state;
  }

  private static int open(Collection<PartitionDemand> partitions) {
    return partitions.stream()
        .filter(PartitionDemand::served)
        .mapToInt(partition -> partition.window().open())
        .sum();
  }

  private WorkerDemand demand(
      Session session,
      PartitionDemand partition,
      WorkerState state,
      Facts facts,
      DemandBudget budget,
      Instant now) {
    EnginePause.Admission.Paused paused = facts.paused();
    return new WorkerDemand(
        identity.workerId(),
        session.id(),
        session.nextSequence(),
        state,
        List.copyOf(partition.models()),
        partition.window().limit(),
        partition.window().highestReceived(),
        budget.prefillTokens(),
        budget.kvTokens(),
        identity.slots(),
        facts.holdings().running(),
        boxed(facts.prefillTokensPerSecond()),
        boxed(facts.decodeTokensPerSecond()),
        facts.queuedPrefillTokens(),
        identity.engine(),
        identity.host(),
        session.startedAt(),
        now,
        paused == null ? null : paused.until(),
        paused == null ? null : paused.reason(),
        partition.delivered());
  }

  private static @Nullable Double boxed(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}
