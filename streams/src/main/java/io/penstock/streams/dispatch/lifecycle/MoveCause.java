package io.penstock.streams.dispatch.lifecycle;

/** Why a waiting request is moved, for counting. */
public enum MoveCause {
  /** The target that it waits for is unhealthy. */
  UNHEALTHY,
  /** It would be too late where it waits. */
  DEADLINE,
  /** Its prompt is too long for the model it was given to. */
  CONTEXT,
  /** Its model's requests are in other partitions now. */
  PARTITIONS
}
