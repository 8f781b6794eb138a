package io.penstock.broker.home;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.function.IntFunction;

/**
 * Writes single entries at their homes, and waits until they last. Safe for use by many threads.
 */
public final class HomeWrites {

  private final Homes homes;
  private final IntFunction<Optional<StateWriter>> writers;

  /**
   * @param writers writes to a partition, if it is open here
   */
  public HomeWrites(Homes homes, IntFunction<Optional<StateWriter>> writers) {
    this.homes = homes;
    this.writers = writers;
  }

  /** A new id, at home here. */
  public String newId(String prefix) {
    return homes.newId(prefix);
  }

  /** Writes an entry at the home of its id. */
  public void put(StateEntry entry) {
    write(entry.id(), new StateChange.Put(entry));
  }

  /** Removes an entry at the home of its id. */
  public void remove(String kind, String id) {
    write(id, new StateChange.Remove(kind, id));
  }

  /**
   * @throws HomeException if the home is not here any more, or it is not known whether it was
   *     written
   */
  private void write(String id, StateChange change) {
    int home = homes.of(id);
    StateWriter writer = writers.apply(home).orElseThrow(() -> new HomeLostException(home));
    try {
      writer.write(List.of(change)).join();
    } catch (CompletionException failed) {
      if (failed.getCause() instanceof HomeException moved) {
        throw moved;
      }
      throw failed;
    }
  }
}
