package io.penstock.broker.home;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

/** Partition 0 of the front topic, in memory. */
public final class MemoryHome extends FirstPartition {

  private final Map<String, StateEntry> entries = new LinkedHashMap<>();
  private boolean lost;

  /** As a new owner finds it. */
  public Home taken() {
    return new Home(0, List.copyOf(entries.values()), this);
  }

  /** From now on nothing can be written. */
  public void lose() {
    lost = true;
  }

  public int size() {
    return entries.size();
  }

  @Override
  public CompletableFuture<Void> write(List<StateChange> changes) {
    if (lost) {
      return CompletableFuture.failedFuture(new HomeLostException(0));
    }
    for (StateChange change : changes) {
      switch (change) {
        case StateChange.Put(StateEntry entry) -> entries.put(entry.key(), entry);
        case StateChange.Remove _ -> entries.remove(change.key());
      }
    }
    return CompletableFuture.completedFuture(null);
  }
}
