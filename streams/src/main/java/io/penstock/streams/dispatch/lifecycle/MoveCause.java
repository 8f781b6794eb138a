package io.penstock.streams.dispatch.lifecycle;

/** Why a waiting request is moved, for counting. */
public enum MoveCause {
  /** Where it waits is unhealthy. */
  UNHEALTHY,
  /** Where it waits it would be too late. */
  DEADLINE,
  /** Its prompt is too long for the model it was given to. */
  CONTEXT,
  /** Its model's requests are in other partitions now. */
  PARTITIONS
}
