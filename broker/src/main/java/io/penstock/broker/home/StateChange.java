package io.penstock.broker.home;

/** A change of the front topic. */
public sealed interface StateChange {

  /** The record key. */
  String key();

  /** Writes an entry, over the former one of its kind and id. */
  record Put(StateEntry entry) implements StateChange {

    @Override
    public String key() {
      return entry.key();
    }
  }

  /** Removes an entry. */
  record Remove(String kind, String id) implements StateChange {

    public Remove {
      StateEntry.requireKey(kind, id);
    }

    @Override
    public String key() {
      return StateEntry.key(kind, id);
    }
  }
}
