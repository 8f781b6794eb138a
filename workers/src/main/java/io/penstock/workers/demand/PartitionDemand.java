package io.penstock.workers.demand;

import io.penstock.schemas.WorkerState;
import io.penstock.workers.capacity.Capacity;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One partition's window and the demand that dispatch last received. This class is not thread-safe;
 * its owner holds a lock.
 */
public final class PartitionDemand {

  private final int partition;
  private final DemandWindow window = new DemandWindow();
  private TreeSet<String> models = new TreeSet<>();
  private int appetite = 1;
  private int held;
  private long delivered;
  private boolean cameSinceHeartbeat;
  private @Nullable LastDemand last;

  /** The demand that dispatch last received, less what it has granted since. */
  private record LastDemand(
      WorkerState state,
      Set<String> models,
      long limit,
      long prefillBudget,
      long freeKv,
      @Nullable Instant pausedUntil) {}

  public PartitionDemand(int partition) {
    this.partition = partition;
  }

  public int partition() {
    return partition;
  }

  public DemandWindow window() {
    return window;
  }

  public Set<String> models() {
    return models;
  }

  /** Returns whether any model is still served from here. */
  public boolean served() {
    return !models.isEmpty();
  }

  public void serve(Set<String> names) {
    models = new TreeSet<>(names);
  }

  /** Leases held of this partition. */
  public int held() {
    return held;
  }

  /** A lease of this partition was taken on. */
  public void take() {
    held++;
  }

  /** A lease of this partition has ended. */
  public void release() {
    held--;
  }

  /** See {@link WindowAllocation}. */
  public int appetite() {
    return appetite;
  }

  /** Records a grant that costs so many tokens. */
  public DemandWindow.Receipt receive(long sequence, long promptTokens, long kvTokens) {
    DemandWindow.Receipt receipt = window.receive(sequence);
    if (receipt == DemandWindow.Receipt.NEW) {
      cameSinceHeartbeat = true;
      if (window.open() == 0) {
        appetite = Math.min(appetite * 2, 1 << 20);
      }
      if (last != null) {
        last =
            new LastDemand(
                last.state(),
                last.models(),
                last.limit(),
                less(last.prefillBudget(), promptTokens),
                less(last.freeKv(), kvTokens),
                last.pausedUntil());
      }
    }
    return receipt;
  }

  /** Runs once per heartbeat: the appetite shrinks if no lease came. */
  public void beat() {
    if (!cameSinceHeartbeat) {
      appetite = Math.max(1, appetite / 2);
    }
    cameSinceHeartbeat = false;
  }

  /** Returns whether dispatch would grant otherwise if it heard this. */
  public boolean isNews(
      WorkerState state, long prefillBudget, long freeKv, @Nullable Instant pausedUntil) {
    if (last == null || last.state() != state || !last.models().equals(models)) {
      return true;
    }
    if (!Objects.equals(last.pausedUntil(), pausedUntil)) {
      return true;
    }
    if (window.limit() > last.limit()) {
      return true;
    }
    return window.open() > 0
        && (turned(last.prefillBudget(), prefillBudget) || matters(last.freeKv(), freeKv));
  }

  public void tell(
      WorkerState state, long prefillBudget, long freeKv, @Nullable Instant pausedUntil) {
    last =
        new LastDemand(
            state, Set.copyOf(models), window.limit(), prefillBudget, freeKv, pausedUntil);
  }

  /** Kafka has one more outcome of the session for this partition. */
  public void outcomeDelivered() {
    delivered++;
  }

  /** Outcomes of the session for this partition that Kafka has. */
  public long delivered() {
    return delivered;
  }

  /**
   * Returns whether the budget opens or closes. Its size does not matter, since dispatch grants a
   * lease while any is left.
   */
  private static boolean turned(long before, long now) {
    return hasRoom(before) != hasRoom(now);
  }

  private static boolean hasRoom(long budget) {
    return budget == Capacity.UNLIMITED || budget > 0;
  }

  /**
   * Returns whether the free KV cache grew, or shrank by half. A lease must fit it, so any growth
   * matters.
   */
  private static boolean matters(long before, long now) {
    if (before == Capacity.UNLIMITED || now == Capacity.UNLIMITED) {
      return before != now;
    }
    return now > before || now < before / 2;
  }

  private static long less(long budget, long tokens) {
    return budget == Capacity.UNLIMITED ? budget : Math.max(0, budget - tokens);
  }
}
