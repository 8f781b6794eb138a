package io.penstock.streams.dispatch.lifecycle;

/** Why a waiting request is moved, for counting. */
public enum MoveCause {
  /** Where it waits is unhealthy. */
  UNHEALTHY,
  /** Where it waits it would be too late. */
  DEADLINE,
  /** Its model's requests are in other partitions now. */
  PARTITIONS
}
