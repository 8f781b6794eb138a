package io.penstock.compose.node;

import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/**
 * A part of Penstock that a process can run alone, so that it is scaled and restarted by itself.
 */
public enum Role {
  /** Takes requests in, chooses their model and estimates what they cost. */
  SCORE,
  /** Gives waiting requests to workers. */
  DISPATCH,
  /** Copies results to reply topics. */
  DELIVERY,
  /** Watches rollouts, experiments, overload and spend, and publishes what follows from them. */
  CONTROL,
  /** Runs requests on an engine. */
  WORKER,
  /** Serves requests over HTTP. */
  HTTP;

  /** All of them. */
  public static Set<Role> all() {
    return EnumSet.allOf(Role.class);
  }

  /** The name as the configuration has it. */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
