package io.penstock.streams.delivery;

import java.util.Map;
import java.util.Set;

/** Asks whether topics can be written to: a producer would wait for one that is missing. */
interface Topics {

  /** What is known of a topic. */
  enum Presence {
    THERE,
    MISSING,
    HIDDEN,
    UNKNOWN
  }

  /** What is known of each, perhaps as of some seconds ago. */
  Map<String, Presence> look(Set<String> names);

  /** A topic is not as it was known. */
  void forget(String name);
}
