package io.penstock.workers.demand;

import io.penstock.schemas.WorkerState;
import io.penstock.workers.capacity.Capacity;
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
  private boolean cameSinceHeartbeat;
  private @Nullable Told told;

  /** What dispatch was told, less what it has granted since. */
  private record Told(
      WorkerState state, Set<String> models, long limit, long prefillBudget, long freeKv) {}

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
                less(told.freeKv(), kvTokens));
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

  /** Whether dispatch could grant more, or must know at once, if it were told this. */
  public boolean isNews(WorkerState state, long prefillBudget, long freeKv) {
    if (told == null || told.state() != state || !told.models().equals(models)) {
      return true;
    }
    if (window.limit() > told.limit()) {
      return true;
    }
    return window.open() > 0
        && (opened(told.prefillBudget(), prefillBudget) || more(told.freeKv(), freeKv));
  }

  public void tell(WorkerState state, long prefillBudget, long freeKv) {
    told = new Told(state, Set.copyOf(models), window.limit(), prefillBudget, freeKv);
  }

  /** A lease is granted while any prefill budget is left, so only its reopening matters. */
  private static boolean opened(long before, long now) {
    return !hasRoom(before) && hasRoom(now);
  }

  private static boolean hasRoom(long budget) {
    return budget == Capacity.UNLIMITED || budget > 0;
  }

  /** A lease must fit the KV cache, so any gain matters. */
  private static boolean more(long before, long now) {
    return before != Capacity.UNLIMITED && (now == Capacity.UNLIMITED || now > before);
  }

  private static long less(long budget, long tokens) {
    return budget == Capacity.UNLIMITED ? budget : Math.max(0, budget - tokens);
  }
}
