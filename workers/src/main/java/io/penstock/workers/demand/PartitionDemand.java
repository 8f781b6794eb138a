package io.penstock.workers.demand;

import io.penstock.schemas.WorkerState;
import io.penstock.workers.capacity.Capacity;
import java.time.Instant;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * One partition's window and what dispatch was last told of it. Not safe for several threads; its
 * owner locks.
 */
public final class PartitionDemand {

  private final int partition;
  private final DemandWindow window = new DemandWindow();
  private TreeSet<String> models = new TreeSet<>();
  private int appetite = 1;
  private int held;
  private long delivered;
  private boolean cameSinceHeartbeat;
  private @Nullable Told told;

  /** What dispatch was told, less what it has granted since. */
  private record Told(
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

  /** Whether any model is still served from here. */
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

  /** Takes note of a grant that costs so many tokens. */
  public DemandWindow.Receipt receive(long sequence, long promptTokens, long kvTokens) {
    DemandWindow.Receipt receipt = window.receive(sequence);
    if (receipt == DemandWindow.Receipt.NEW) {
      cameSinceHeartbeat = true;
      if (window.open() == 0) {
        appetite = Math.min(appetite * 2, 1 << 20);
      }
      if (told != null) {
        told =
            new Told(
                told.state(),
                told.models(),
                told.limit(),
                less(told.prefillBudget(), promptTokens),
                less(told.freeKv(), kvTokens),
                told.pausedUntil());
      }
    }
    return receipt;
  }

  /** Once per heartbeat: an appetite that nothing feeds shrinks. */
  public void beat() {
    if (!cameSinceHeartbeat) {
      appetite = Math.max(1, appetite / 2);
    }
    cameSinceHeartbeat = false;
  }

  /** Whether dispatch would grant otherwise if it were told this. */
  public boolean isNews(
      WorkerState state, long prefillBudget, long freeKv, @Nullable Instant pausedUntil) {
    if (told == null || told.state() != state || !told.models().equals(models)) {
      return true;
    }
    if (!Objects.equals(told.pausedUntil(), pausedUntil)) {
      return true;
    }
    if (window.limit() > told.limit()) {
      return true;
    }
    return window.open() > 0
        && (turned(told.prefillBudget(), prefillBudget) || matters(told.freeKv(), freeKv));
  }

  public void tell(
      WorkerState state, long prefillBudget, long freeKv, @Nullable Instant pausedUntil) {
    told = new Told(state, Set.copyOf(models), window.limit(), prefillBudget, freeKv, pausedUntil);
  }

  /** Kafka has one more outcome of the session for this partition. */
  public void outcomeDelivered() {
    delivered++;
  }

  /** Outcomes of the session for this partition that Kafka has. */
  public long delivered() {
    return delivered;
  }

  /** A lease is granted while any prefill budget is left, so only opening and shutting matter. */
  private static boolean turned(long before, long now) {
    return hasRoom(before) != hasRoom(now);
  }

  private static boolean hasRoom(long budget) {
    return budget == Capacity.UNLIMITED || budget > 0;
  }

  /** A lease must fit the KV cache, so any gain matters, and a loss of half. */
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
