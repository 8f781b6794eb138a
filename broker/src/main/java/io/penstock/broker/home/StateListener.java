package io.penstock.broker.home;

import org.jspecify.annotations.Nullable;

/** Reads along what all homes hold, a moment behind their owners. Called by one thread. */
public interface StateListener {

  /** All entries follow from the first one on; what is shown meanwhile stays. */
  void beginning();

  /**
   * An entry was written or removed.
   *
   * @param document null where it was removed
   */
  void entry(String kind, String id, byte @Nullable [] document);

  /** All entries that there are were passed. May come again. */
  void upToDate();
}
