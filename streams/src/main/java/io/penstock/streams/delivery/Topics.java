package io.penstock.streams.delivery;

import java.util.Map;
import java.util.Set;

/** Asks whether topics can be written to: a producer would wait for one that is missing. */
interface Topics {

  /** The state of a topic as far as it is known. */
  enum Presence {
    THERE,
    MISSING,
    HIDDEN,
    UNKNOWN
  }

  /** Returns what is known of each; an answer may be some seconds old. */
  Map<String, Presence> look(Set<String> names);

  /** Forgets what is known of a topic, since it turned out wrong. */
  void forget(String name);
}
