package io.penstock.streams.runtime;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Entries by key, and what is made of all of them together. It is made when it is asked for, not at
 * each change: a burst of n changes costs n, not n squared.
 *
 * <p>Changed by one thread, read by any.
 *
 * @param <E> an entry
 * @param <S> what is made of them; immutable
 */
public final class Snapshot<E, S> {

  private final Function<Collection<E>, S> make;
  private final Map<String, E> entries = new HashMap<>();
  private volatile @Nullable S made;

  /**
   * @param make what makes it of the entries, which come in no order
   */
  public Snapshot(Function<Collection<E>, S> make) {
    this.make = make;
  }

  public synchronized void put(String key, E entry) {
    entries.put(key, entry);
    made = null;
  }

  public synchronized void remove(String key) {
    if (entries.remove(key) != null) {
      made = null;
    }
  }

  public S get() {
    S known = made;
    return known == null ? remake() : known;
  }

  private synchronized S remake() {
    S known = made;
    if (known == null) {
      known = make.apply(entries.values());
      made = known;
    }
    return known;
  }
}
